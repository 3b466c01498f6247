//! System tests over the built program; see `tests/`.
