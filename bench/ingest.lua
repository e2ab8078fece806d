-- Closed-loop alert load for wrk, bounded by time (wrk's -d) and by count.
-- usage: wrk -t1 -c8 -d6s -s ingest.lua URL -- TEMPLATE BATCH CYCLE RUN MOST [header:value ...]
--   BATCH  alerts per request: the template's <<item>>...<</item>> is repeated, joined by ","
--   CYCLE  0 = every alert distinct; K = ids cycle over K values, so that alerts repeat
--   RUN    letters and digits that make the ids of this load its own
--   MOST   no more than so many requests
-- {{id}} in the template becomes tk-RUN-N. The last line printed is JSON.
local before, pieces, after = "", nil, ""
local batch, cycle, prefix, most, alerts, requests = 1, 0, "tk-", 0, 0, 0

local function slurp(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

-- The text between the ids, so that filling in costs one concatenation.
local function split(text)
  local parts, from = {}, 1
  while true do
    local first, last = text:find("{{id}}", from, true)
    if not first then
      parts[#parts + 1] = text:sub(from)
      return parts
    end
    parts[#parts + 1] = text:sub(from, first - 1)
    from = last + 1
  end
end

function init(args)
  local text = slurp(args[1])
  batch, cycle = tonumber(args[2]), tonumber(args[3])
  prefix, most = "tk-" .. args[4] .. "-", tonumber(args[5])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  for i = 6, #args do
    local name, value = args[i]:match("^([^:]+):%s*(.*)$")
    wrk.headers[name] = value
  end
  local _, opens = text:find("<<item>>", 1, true)
  local closes, ends = text:find("<</item>>", 1, true)
  before, pieces, after = text:sub(1, opens - 8), split(text:sub(opens + 1, closes - 1)), text:sub(ends + 1)
end

function request()
  local items = {}
  for i = 1, batch do
    local number = cycle > 0 and alerts % cycle or alerts
    alerts = alerts + 1
    items[i] = table.concat(pieces, prefix .. number)
  end
  requests = requests + 1
  if requests >= most then
    wrk.thread:stop()
  end
  return wrk.format(nil, nil, nil, before .. table.concat(items, ",") .. after)
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.4f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, e.status, e.connect + e.read + e.write + e.timeout))
end
