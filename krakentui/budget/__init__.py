"""How much of every limit is left: counters as intervals, rules as data, decisions as pure functions.

`counter` the interval · `meter` a counter with what may still land on it · `rules` what the exchange
documents · `costs` what an act on an order adds · `acts` what the stream shows others to have spent ·
`belief` which tier we go by · `ledger` all counters of one session · `spending` who spent what lately ·
`gauges`, `headline` how they are told · `plan` when to poll, `projection` its polls ahead · `forecast` how
counters go on from here · `planner` what a set of cancels costs and which `route` it takes, `question` its
words · `affordable` how many cancels fit now. Time is always an argument.
"""
