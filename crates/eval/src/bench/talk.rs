//! Recorded turns as the core sees them.

use baton_model::{Author, Epoch, IdSource, Millis, Signals, Timestamp, Turn, TurnId};

/// Builds the turns of one conversation, twenty seconds apart.
#[derive(Debug, Default)]
pub struct Talk {
    pub turns: Vec<Turn>,
}

impl Talk {
    /// What is said is sensed, what a tool gives is not.
    pub fn add(&mut self, author: Author, text: &str) {
        let signals = match author {
            Author::Tool { .. } => Signals::default(),
            _ => baton_sense::sense(text),
        };
        self.add_with(author, text, signals);
    }

    pub fn add_with(&mut self, author: Author, text: &str, signals: Signals) {
        let index = self.turns.len();
        let at = Timestamp::from_millis(1_767_607_200_000) + Millis::secs(20 * index as i64);
        let id: TurnId = IdSource::new(at, index as u64).draw();
        self.turns.push(Turn {
            id,
            index: index as u32,
            at,
            author,
            text: text.to_owned(),
            epoch: Epoch::default(),
            signals,
            ai: None,
            used_step: None,
        });
    }
}
