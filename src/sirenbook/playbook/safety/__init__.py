"""Judges what runbook commands do before anything runs them: denied by default, with reasons. Pure."""

from sirenbook.playbook.safety.binding import Refused, bind, check, reveal
from sirenbook.playbook.safety.judging import judge, judge_again
from sirenbook.playbook.safety.reach import namespaces
from sirenbook.playbook.safety.rendering import render

__all__ = ["Refused", "bind", "check", "judge", "judge_again", "namespaces", "render", "reveal"]
