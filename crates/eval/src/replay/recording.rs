//! Reading recorded conversations: one JSON object per line. Lenient where recordings differ (names of roles, numbers as
//! ids, texts that are null), strict where a guess would falsify a result (an unknown role, a time that is none).

use std::io::{self, BufRead};

use baton_model::{AiMeta, Signals, Timestamp};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Longest line. A conversation is a few kilobytes; a file without line ends is not a recording.
const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[serde(alias = "user")]
    Customer,
    /// Whoever answered the customer in the seat that an AI would have.
    #[serde(alias = "agent", alias = "assistant", alias = "bot", alias = "ai_agent")]
    Ai,
    /// A person who took over from the one in the AI's seat.
    #[serde(alias = "human_agent")]
    Human,
    Tool,
    System,
}

#[derive(Debug, Clone, Deserialize)]
pub struct RecordedTurn {
    pub role: Role,
    /// Absent or null for a turn that only calls tools.
    #[serde(default, alias = "content", deserialize_with = "or_empty")]
    pub text: String,
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Of a tool.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether the tool did its work. Absent: it did, unless its text opens with "Error".
    #[serde(default)]
    pub ok: Option<bool>,
    #[serde(default)]
    pub calls: Vec<Call>,
    /// As stored when it was said; without them the text is read again.
    #[serde(default)]
    pub signals: Option<Signals>,
    /// What the AI said about its own turn.
    #[serde(default)]
    pub ai: Option<AiMeta>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Call {
    pub name: String,
}

impl RecordedTurn {
    pub(crate) fn tool_ok(&self) -> bool {
        self.ok.unwrap_or_else(|| worked(&self.text))
    }
}

/// What a tool gave is no error.
pub(crate) fn worked(result: &str) -> bool {
    !result.trim_start().to_ascii_lowercase().starts_with("error")
}

#[derive(Debug, Clone, Deserialize)]
pub struct Recording {
    #[serde(default)]
    pub id: Option<Value>,
    pub turns: Vec<RecordedTurn>,
    /// The `metadata` object and every key that is not ours.
    #[serde(flatten)]
    pub metadata: Map<String, Value>,
}

impl Recording {
    pub(crate) fn meta(&self, key: &str) -> Option<&Value> {
        self.metadata.get(key).or_else(|| self.metadata.get("metadata")?.get(key))
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.meta(key)?.as_bool()
    }

    /// Where a human took over in the recording. `None`: the recording cannot say; `Some(None)`: it says nowhere.
    pub(super) fn handoff(&self) -> Option<Option<usize>> {
        if let Some(turn) = self.meta("transfer_turn") {
            return Some(turn.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n < self.turns.len()));
        }
        let called = |t: &RecordedTurn| t.calls.iter().any(|c| c.name.contains("transfer_to_human"));
        if let Some(turn) = self.turns.iter().position(|t| t.role == Role::Human || called(t)) {
            return Some(Some(turn));
        }
        // Some recordings say only that they end in a transfer.
        self.flag("transferred").map(|yes| yes.then(|| self.turns.len().saturating_sub(1)))
    }

    /// Short scalars, for the report.
    pub(super) fn scalars(&self) -> Map<String, Value> {
        const LONGEST: usize = 100;
        let nested = self.metadata.get("metadata").and_then(Value::as_object).into_iter().flatten();
        let keep = |value: &Value| match value {
            Value::Bool(_) | Value::Number(_) => true,
            Value::String(text) => text.len() <= LONGEST,
            _ => false,
        };
        let all = self.metadata.iter().chain(nested);
        all.filter(|(_, value)| keep(value)).map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

fn or_empty<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(d)?.unwrap_or_default())
}

/// One line: its number from 1, and the conversation or what is wrong with it.
pub type Line = (usize, Result<Recording, String>);

/// Reads line by line; blank lines are skipped. The outer error is the file's.
pub fn read(from: impl BufRead) -> impl Iterator<Item = io::Result<Line>> {
    raw(from).map(|line| line.map(|(number, bytes)| (number, bytes.and_then(|b| parse(&b)))))
}

/// The lines before they are parsed, for whoever parses them elsewhere.
pub(crate) fn raw(mut from: impl BufRead) -> impl Iterator<Item = io::Result<(usize, Result<Vec<u8>, String>)>> {
    let mut number = 0;
    let mut buffer = Vec::new();
    std::iter::from_fn(move || {
        loop {
            buffer.clear();
            number += 1;
            match next_line(&mut from, &mut buffer) {
                Err(error) => return Some(Err(error)),
                Ok(0) => return None,
                Ok(_) if buffer.trim_ascii().is_empty() => {}
                Ok(length) if length > MAX_LINE_BYTES => {
                    return Some(Ok((
                        number,
                        Err(format!("the line has {length} bytes; at most {MAX_LINE_BYTES} are read")),
                    )));
                }
                Ok(_) => return Some(Ok((number, Ok(std::mem::take(&mut buffer))))),
            }
        }
    })
}

/// Reads one line and gives its length; keeps no more than the limit of it.
fn next_line(from: &mut impl BufRead, into: &mut Vec<u8>) -> io::Result<usize> {
    let mut length = 0;
    loop {
        let available = from.fill_buf()?;
        let end = available.iter().position(|b| *b == b'\n').map(|at| at + 1);
        let taken = end.unwrap_or(available.len());
        if taken == 0 {
            return Ok(length);
        }
        if into.len() <= MAX_LINE_BYTES {
            into.extend_from_slice(&available[..taken]);
        }
        from.consume(taken);
        length += taken;
        if end.is_some() {
            return Ok(length);
        }
    }
}

pub(crate) fn parse(line: &[u8]) -> Result<Recording, String> {
    let recording: Recording = serde_json::from_slice(line.trim_ascii()).map_err(|error| {
        // The reader knows the line; serde counts it as 1.
        error.to_string().replace(" at line 1 column", " at column")
    })?;
    if recording.turns.is_empty() { Err("`turns` is empty".into()) } else { Ok(recording) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        read(text.as_bytes()).map(Result::unwrap).collect()
    }

    #[test]
    fn reads_what_recordings_look_like() {
        let text = concat!(
            r#"{"id":7,"turns":[{"role":"user","content":"hi","at":"2026-01-05T10:00:00Z"},{"role":"agent","text":null,"calls":[{"name":"look_up","arguments":"{}"}]},"#,
            r#"{"role":"tool","text":"Error: no such order"}],"n":1,"metadata":{"success":true}}"#,
            "\n\n"
        );
        let all = lines(text);
        let recording = all[0].1.as_ref().unwrap();
        assert_eq!(recording.turns.iter().map(|t| t.role).collect::<Vec<_>>(), [Role::Customer, Role::Ai, Role::Tool]);
        assert_eq!(recording.turns[1].text, "");
        assert!(!recording.turns[2].tool_ok());
        assert_eq!((recording.flag("success"), recording.handoff(), all.len()), (Some(true), None, 1));
        assert_eq!(serde_json::to_string(&recording.scalars()).unwrap(), r#"{"n":1,"success":true}"#);
    }

    #[test]
    fn bad_lines_say_what_and_keep_their_number() {
        let all = lines(
            "\n{\"turns\":[]}\n{\"turns\":[{\"role\":\"ghost\"}]}\nnull\n{\"turns\":[{\"role\":\"ai\",\"at\":\"soon\"}]}",
        );
        assert_eq!(all.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert!(all.iter().all(|(_, line)| line.is_err()));
        assert!(all[1].1.as_ref().unwrap_err().contains("ghost"));
    }

    #[test]
    fn bytes_that_are_no_text_are_a_bad_line() {
        let all: Vec<Line> = read(&b"\xff\xfe\n{\"turns\":[{\"role\":\"ai\"}]}"[..]).map(Result::unwrap).collect();
        assert!(all[0].1.is_err() && all[1].1.is_ok());
    }

    #[test]
    fn the_handoff_is_found_in_any_of_its_forms() {
        let of = |line: &str| parse(line.as_bytes()).unwrap().handoff();
        let turns = r#""turns":[{"role":"customer","text":"a"},{"role":"ai","text":"b"}]"#;
        assert_eq!(of(&format!("{{{turns},\"transfer_turn\":1}}")), Some(Some(1)));
        assert_eq!(of(&format!("{{{turns},\"transfer_turn\":null}}")), Some(None));
        assert_eq!(of(&format!("{{{turns},\"transferred\":true}}")), Some(Some(1)));
        assert_eq!(of(&format!("{{{turns}}}")), None);
        assert_eq!(of(r#"{"turns":[{"role":"customer","text":"a"},{"role":"human","text":"b"}]}"#), Some(Some(1)));
        assert_eq!(of(r#"{"turns":[{"role":"agent","calls":[{"name":"transfer_to_human_agents"}]}]}"#), Some(Some(0)));
    }
}
