"""Who is brought in next: tables, matrices, lists, headings, drawings and prose become levels on two clocks."""
