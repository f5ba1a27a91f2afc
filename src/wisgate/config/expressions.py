"""The grammar of rules: expressions over points. Parsed here with positions, evaluated by the
gateway; never `eval`.

    or      = and { "or" and }
    and     = not { "and" not }
    not     = "not" not | compare
    compare = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
    sum     = product { ( "+" | "-" ) product }
    product = sign { ( "*" | "/" ) sign }
    sign    = "-" sign | atom
    atom    = number [ unit ] | "true" | "false" | point | "(" or ")"

A bare number beside a point is in the point's unit; a number with a unit is converted to it.
"""
