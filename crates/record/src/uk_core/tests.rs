//! The converter against golden cases, the official map, the whole corpus, and what nobody should send.

mod cases;
mod corpus;
mod hostile;
mod law;
