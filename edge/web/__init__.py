"""HTTP as plain values: fields, cookies, peers, validators, plain answers."""
