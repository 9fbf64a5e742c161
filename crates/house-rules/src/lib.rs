//! Tests that keep the house as drawn: dependency directions, nodes in step with their descriptions, documents that
//! name what exists. There is no code here, only `tests/rules`; each rule's message says what to do instead.
