//! Tests to come below: what is taken, given and refused.
