//! The only room that knows all five: `decide`, `evolve`, `next_deadline`.

use baton_model::*;

pub mod view;

#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct State {
    position: u64,
}

impl State {
    pub fn position(&self) -> u64 {
        self.position
    }

    pub fn restore(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    pub fn snapshot(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[derive(Debug)]
pub struct Decision {
    pub events: Vec<(Stream, Event)>,
    pub effects: Vec<Effect>,
    pub reply: Result<Reply, Refusal>,
}

pub fn decide(_state: &State, _input: &Stamped<Input>) -> Decision {
    Decision { events: Vec::new(), effects: Vec::new(), reply: Ok(Reply::Done) }
}

pub fn evolve(state: &mut State, recorded: &Recorded) {
    state.position = recorded.position;
}

pub fn next_deadline(_state: &State) -> Option<Timestamp> {
    None
}

pub fn pending_effects(_state: &State) -> Vec<Effect> {
    Vec::new()
}

pub fn violations(_state: &State, _now: Timestamp) -> Vec<String> {
    Vec::new()
}
