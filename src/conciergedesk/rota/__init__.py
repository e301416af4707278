"""Who works when: team, shift types, demand, working-time law, rotations, plans, repairs and explanations.

Everything here is pure: frozen values in, frozen values out. ``api`` lists what the rest of the house calls.
"""
