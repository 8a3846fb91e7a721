//! The features, and how turns move them.

use baton_model::{Author, SignalKind, Turn};

use super::Window;

/// What a feature speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What the customer feels and says.
    Mood,
    /// What the AI does, and how it goes with it.
    Ai,
}

/// Names as decisions list them and words as decisions tell them, in the order of [`Levels`].
pub const FEATURES: [(&str, Kind, &str); COUNT] = [
    // Below zero, of the sentiment.
    ("low_mood", Kind::Mood, "the mood is low"),
    // Above zero.
    ("good_mood", Kind::Mood, "the mood is good"),
    // How far the mood fell below what it was.
    ("falling_mood", Kind::Mood, "the mood falls"),
    // Anger, anxiety, sadness or abuse: the strongest.
    ("distress", Kind::Mood, "the customer is distressed"),
    // Complaint, dispute, threat to sue or to leave: the strongest.
    ("complaint", Kind::Mood, "the customer complains"),
    ("asks_for_a_person", Kind::Mood, "they ask for a person"),
    ("negotiates", Kind::Mood, "they negotiate"),
    ("thanks", Kind::Mood, "they say thanks"),
    // The mood rose after an apology.
    ("apology_worked", Kind::Mood, "an apology worked"),
    // "That did not help."
    ("not_helped", Kind::Ai, "an answer did not help"),
    // The customer says what they said before the AI's answer.
    ("asks_again", Kind::Ai, "the customer asks again"),
    // The customer writes again before anybody answered.
    ("not_answered", Kind::Ai, "the customer waits for an answer"),
    // The AI says what it said before.
    ("repeats_itself", Kind::Ai, "the AI repeats itself"),
    ("apologises", Kind::Ai, "the AI apologises"),
    // "I cannot do that", no answer, or one that the AI is not sure of.
    ("cannot_help", Kind::Ai, "the AI cannot help"),
    // The AI answers a question with a question.
    ("asks_back", Kind::Ai, "the AI answers with a question"),
    ("failed_tools", Kind::Ai, "a tool failed"),
    // Tools that did their work: a long way to go.
    ("tool_calls", Kind::Ai, "it took many tools"),
    // Of these, those that changed something by their name: more can go wrong. In doublings, as all tools.
    ("changes", Kind::Ai, "much was changed"),
    // Turns of the customer, in doublings.
    ("length", Kind::Ai, "it has become long"),
    // Minutes since the first turn, in doublings.
    ("minutes", Kind::Ai, "it takes long"),
];

const COUNT: usize = 21;
const LOW: usize = 0;
const GOOD: usize = 1;
const FALLING: usize = 2;
const DISTRESS: usize = 3;
const COMPLAINT: usize = 4;
const PERSON: usize = 5;
const NEGOTIATES: usize = 6;
const THANKS: usize = 7;
const APOLOGY_WORKED: usize = 8;
const NOT_HELPED: usize = 9;
const AGAIN: usize = 10;
const NOT_ANSWERED: usize = 11;
const REPEATS: usize = 12;
const APOLOGISES: usize = 13;
const CANNOT_HELP: usize = 14;
const ASKS_BACK: usize = 15;
const FAILED_TOOLS: usize = 16;
const TOOL_CALLS: usize = 17;
const CHANGES: usize = 18;
const LENGTH: usize = 19;
const MINUTES: usize = 20;

/// What is left of a level after each turn of the customer.
const FADE: f32 = 0.6;
/// Levels end here, however often something happens.
const HIGHEST: f32 = 2.0;
/// Levels that do not fade.
const LASTING: [usize; 4] = [TOOL_CALLS, CHANGES, LENGTH, MINUTES];
/// Likeness below this is chance.
const CHANCE: f32 = 0.3;
/// With which earlier turns of the same speaker a turn is compared.
const COMPARED: usize = 3;
/// An apology counts from here, and worked when the mood rose by this.
const APOLOGY: f32 = 0.5;
const RISE: f32 = 0.3;
/// A fall smaller than this is noise.
const FALL: f32 = 0.15;

/// The features of one turn in its place.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Levels(pub [f32; COUNT]);

/// What the walk over the turns remembers besides the levels.
#[derive(Default)]
struct Walk {
    levels: [f32; COUNT],
    customers: Vec<usize>,
    answers: Vec<usize>,
    /// Turns of the customer since the last answer.
    waiting: u32,
    /// The customer's last turn asks something.
    asked: bool,
    mood: Option<f32>,
    /// The mood when the AI apologised.
    apologised_at: Option<f32>,
    tools: f32,
    changes: f32,
}

impl Levels {
    /// Of the last turn of the window.
    pub fn of(window: &Window<'_>) -> Self {
        let mut walk = Walk::default();
        for i in 0..window.turns.len() {
            match &window.turns[i].author {
                Author::Customer => walk.customer(window, i),
                Author::AiAgent => walk.ai(window, i),
                Author::Tool { name, ok } => walk.tool(name, *ok),
                Author::HumanAgent { .. } | Author::Notice { .. } | Author::Note { .. } => {}
            }
        }
        if let (Some(first), Some(last)) = (window.turns.first(), window.turns.last()) {
            walk.levels[MINUTES] = doublings(last.at.since(first.at).0.max(0) as f32 / 60_000.0);
        }
        Self(walk.levels)
    }

    /// A column for each feature that is there.
    pub fn columns(&self) -> Vec<(u32, f32)> {
        (0..).zip(self.0).filter(|c| c.1 != 0.0).collect()
    }
}

/// 0 for nothing, 1 for one, 2 for three, 3 for seven.
fn doublings(n: f32) -> f32 {
    (1.0 + n).log2()
}

impl Walk {
    fn add(&mut self, feature: usize, impulse: f32) {
        self.levels[feature] = (self.levels[feature] + impulse).clamp(0.0, HIGHEST);
    }

    fn customer(&mut self, window: &Window<'_>, i: usize) {
        for (k, level) in self.levels.iter_mut().enumerate() {
            if !LASTING.contains(&k) {
                *level *= FADE;
            }
        }
        let signals = &window.turns[i].signals;
        let strongest = |kinds: &[SignalKind]| kinds.iter().map(|k| signals.score(*k).clamp(0.0, 1.0)).fold(0.0, f32::max);
        let mood = signals.sentiment.clamp(-1.0, 1.0);
        self.add(LOW, -mood.min(0.0));
        self.add(GOOD, mood.max(0.0));
        if let Some(before) = self.mood
            && mood < 0.0
            && before - mood >= FALL
        {
            self.add(FALLING, before - mood);
        }
        if self.apologised_at.take().is_some_and(|before| mood - before >= RISE) {
            self.add(APOLOGY_WORKED, 1.0);
        }
        use SignalKind as S;
        self.add(DISTRESS, strongest(&[S::Anger, S::Anxiety, S::Sadness, S::Abuse]));
        self.add(COMPLAINT, strongest(&[S::Complaint, S::Dispute, S::LegalThreat, S::ChurnThreat]));
        self.add(PERSON, strongest(&[S::WantsHuman]));
        self.add(NEGOTIATES, strongest(&[S::NegotiatePrice, S::NegotiateTerms]));
        self.add(THANKS, strongest(&[S::Thanks]));
        self.add(NOT_HELPED, strongest(&[S::Unresolved]));
        let last_answer = self.answers.last().copied();
        let answered: Vec<usize> = self.customers.iter().copied().filter(|&c| last_answer.is_some_and(|a| c < a)).collect();
        self.add(AGAIN, likeness(window, i, &answered));
        self.add(NOT_ANSWERED, if self.waiting > 0 { 0.5 } else { 0.0 });
        self.mood = Some(self.mood.map_or(mood, |before| 0.5 * before + 0.5 * mood));
        self.waiting += 1;
        self.asked = signals.question;
        self.customers.push(i);
        self.levels[LENGTH] = doublings(self.customers.len() as f32);
    }

    fn ai(&mut self, window: &Window<'_>, i: usize) {
        let turn = window.turns[i];
        self.add(REPEATS, likeness(window, i, &self.answers));
        let apology = turn.signals.score(SignalKind::Apology).clamp(0.0, 1.0);
        self.add(APOLOGISES, apology);
        if apology >= APOLOGY {
            self.apologised_at = self.mood;
        }
        self.add(CANNOT_HELP, cannot_help(turn));
        self.add(ASKS_BACK, if self.asked && turn.signals.question { 1.0 } else { 0.0 });
        (self.waiting, self.asked) = (0, false);
        self.answers.push(i);
    }

    fn tool(&mut self, name: &str, ok: bool) {
        if ok {
            self.tools += 1.0;
            self.levels[TOOL_CALLS] = doublings(self.tools);
            self.changes += if changes(name) { 1.0 } else { 0.0 };
            self.levels[CHANGES] = doublings(self.changes);
        } else {
            self.add(FAILED_TOOLS, 1.0);
        }
    }
}

fn cannot_help(turn: &Turn) -> f32 {
    let meta = turn.ai.as_ref();
    let no_answer = meta.is_some_and(|m| m.no_answer);
    // Half sure is no news; nothing but doubt is as bad as no answer.
    let doubt = meta.and_then(|m| m.confidence).map_or(0.0, |c| (1.0 - 2.0 * c).clamp(0.0, 1.0));
    if no_answer { 1.0 } else { doubt.max(turn.signals.score(SignalKind::CannotHelp).clamp(0.0, 1.0)) }
}

/// Whether a tool's name begins with a verb that changes something: `book_flight`, `cancelOrder`, `update-address`.
fn changes(name: &str) -> bool {
    const VERBS: [&str; 26] = [
        "add", "apply", "book", "cancel", "change", "charge", "close", "create", "delete", "exchange", "issue", "modify",
        "open", "pay", "place", "refund", "remove", "reset", "return", "send", "set", "submit", "switch", "update",
        "upgrade", "write",
    ];
    VERBS.iter().any(|verb| {
        let begins = name.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb));
        begins && !name[verb.len()..].starts_with(|c: char| c.is_ascii_lowercase())
    })
}

/// To the most alike of the last few earlier turns; 0 for chance, 1 for the same.
fn likeness(window: &Window<'_>, turn: usize, earlier: &[usize]) -> f32 {
    let alike = earlier.iter().rev().take(COMPARED).map(|&e| window.said[turn].alike(&window.said[e]));
    ((alike.fold(0.0, f32::max) - CHANCE) / (1.0 - CHANCE)).max(0.0)
}

#[cfg(test)]
mod tests {
    use baton_model::{Epoch, IdSource, Signal, Signals, Timestamp};

    use super::*;

    fn said(author: Author, text: &str, sentiment: f32, found: &[(SignalKind, f32)]) -> Turn {
        let found = found.iter().map(|&(kind, score)| Signal { kind, score, spans: vec![] }).collect();
        Turn {
            id: IdSource::new(Timestamp::from_millis(0), 1).draw(),
            index: 0,
            at: Timestamp::from_millis(0),
            author,
            text: text.into(),
            epoch: Epoch::default(),
            signals: Signals { sentiment, found, question: text.contains('?'), ..Signals::default() },
            ai: None,
            used_step: None,
        }
    }

    fn customer(text: &str, sentiment: f32, found: &[(SignalKind, f32)]) -> Turn {
        said(Author::Customer, text, sentiment, found)
    }

    fn ai(text: &str) -> Turn {
        said(Author::AiAgent, text, 0.0, &[])
    }

    fn level(turns: &[Turn], feature: usize) -> f32 {
        Levels::of(&Window::of(turns.iter().collect())).0[feature]
    }

    #[test]
    fn what_was_said_fades() {
        let mut turns = vec![customer("this is a disgrace", -1.0, &[(SignalKind::Anger, 0.9)])];
        let fresh = level(&turns, DISTRESS);
        turns.push(customer("my number is 7", 0.0, &[]));
        assert!((level(&turns, DISTRESS) - FADE * fresh).abs() < 1e-6);
    }

    #[test]
    fn asking_again_needs_an_answer_between() {
        let question = "How do I reset my router password?";
        let twice = [customer(question, 0.0, &[]), customer(question, 0.0, &[])];
        assert_eq!((level(&twice, AGAIN), level(&twice, NOT_ANSWERED)), (0.0, 0.5));
        let again = [customer(question, 0.0, &[]), ai("Hold the button."), customer(question, 0.0, &[])];
        assert_eq!((level(&again, AGAIN), level(&again, NOT_ANSWERED)), (1.0, 0.0));
    }

    #[test]
    fn an_ai_in_a_loop_is_seen_on_its_own_turn() {
        let loops = [
            customer("Where is my parcel?", 0.0, &[]),
            ai("Please enter your tracking number on the page."),
            customer("I have none", 0.0, &[]),
            ai("Please enter your tracking number on the page."),
        ];
        assert_eq!(level(&loops, REPEATS), 1.0);
        assert_eq!(level(&loops[..2], REPEATS), 0.0);
    }

    #[test]
    fn an_apology_works_when_the_mood_rises() {
        let sorry = said(Author::AiAgent, "I am sorry, here it is", 0.0, &[(SignalKind::Apology, 0.9)]);
        let before = customer("that is wrong", -0.6, &[]);
        let pleased = [before.clone(), sorry.clone(), customer("ah, good", 0.4, &[])];
        let cross = [before, sorry, customer("still wrong", -0.6, &[])];
        assert_eq!((level(&pleased, APOLOGY_WORKED), level(&cross, APOLOGY_WORKED)), (1.0, 0.0));
    }

    #[test]
    fn tools_that_change_something_are_known_by_their_names() {
        for name in ["book_flight", "cancelOrder", "update-address", "refund", "Send_Email"] {
            assert!(changes(name), "{name}");
        }
        for name in ["get_order", "address_lookup", "settings_read", "search_flights", "bookings", ""] {
            assert!(!changes(name), "{name}");
        }
        let tool = |name: &str| said(Author::Tool { name: name.into(), ok: true }, "", 0.0, &[]);
        let turns = [customer("a", 0.0, &[]), tool("get_order"), tool("refund_order"), customer("b", 0.0, &[])];
        assert_eq!(level(&turns, CHANGES), 1.0);
    }

    #[test]
    fn tools_and_length_do_not_fade() {
        let tool = |ok| said(Author::Tool { name: "t".into(), ok }, "", 0.0, &[]);
        let turns = [customer("a", 0.0, &[]), tool(true), tool(false), customer("b", 0.0, &[]), customer("c", 0.0, &[])];
        assert_eq!((level(&turns, TOOL_CALLS), level(&turns, LENGTH)), (1.0, 2.0));
        assert!((level(&turns, FAILED_TOOLS) - FADE * FADE).abs() < 1e-6);
    }
}
