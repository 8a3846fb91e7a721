//! The AI for routine cases: `knowledge` answers from the workspace's articles with citations and knows when it does not
//! know; `chat` lets any OpenAI-compatible model phrase the answer from the same passages.
//!
//! Never here: deciding whether a person should take over (that is `core::assess`, which reads what an answer says about
//! itself), sending anything to a customer, or trusting a model's words: they are data, capped and cleaned.
//!
//! To add another kind of AI: a folder beside these two with one type that implements `ports::Assistant`, built from a
//! configuration struct that the binary fills. It must always answer or fail within `Ask::deadline`.

pub mod chat;
pub mod knowledge;
