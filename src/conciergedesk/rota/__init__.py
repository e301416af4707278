"""Who works when: team, shift types, demand, working-time law, rotations, plans, repairs and explanations.

The engine is pure: frozen values in, frozen values out.

    files.load_rota, dump.dump_rota         the public format (``shifts/*.toml``)
    law.packs.load_law                      rule packs (``knowledge_base/rota/*.toml``)
    checker.judge.check                     every broken rule of a roster, on instants
    checker.coverage, checker.ledger        half-hours and holes; hours, Sundays, nights, recovery
    arithmetic.lines                        head-count of each line before any search
    patterns.solve_rotation, law_rotations  cyclic rotations
    planning.plan_period, process           a plan with its bound; the same in a process of its own
    changes.swap, give, take                one change judged for everybody it touches
    repair.stand_ins, smallest_repair       sickness
    explain.explain_empty_posts             a smallest conflict and the cheapest ways out
    demand.agents_needed                    people for a call volume

A desk keeps its rotas in ``tables``, reads them by ``queries`` and changes them by ``service``; ``house`` is what
``shifts/`` and the rule packs say.
"""
