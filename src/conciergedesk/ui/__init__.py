"""The screen: Textual app, screens, modals and widgets. Shows frozen values and posts what the user did; no rule.

Imports no database: values arrive through callables that run in worker threads.
"""
