//! The customer's mood, turn by turn, and where it fell.

use baton_model::{MoodArc, MoodPoint};

use super::reading::Reading;

/// A smaller fall is noise.
const FALL: f32 = 0.2;

pub(super) fn mood(reading: &Reading<'_>) -> MoodArc {
    let points: Vec<MoodPoint> =
        reading.customer().map(|h| MoodPoint { turn: h.id(), sentiment: bounded(h.turn.signals.sentiment) }).collect();
    let mut deepest = FALL;
    let mut turning_point = None;
    for pair in points.windows(2) {
        let fall = pair[0].sentiment - pair[1].sentiment;
        if fall > deepest {
            deepest = fall;
            turning_point = Some(pair[1].turn);
        }
    }
    MoodArc { now: points.last().map_or(0.0, |p| p.sentiment), points, turning_point }
}

fn bounded(sentiment: f32) -> f32 {
    if sentiment.is_nan() { 0.0 } else { sentiment.clamp(-1.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::samples::Talk;

    #[test]
    fn the_turning_point_is_the_largest_fall() {
        let talk = Talk::new()
            .customer("hi")
            .mood(0.3)
            .ai("hello")
            .customer("hm")
            .mood(0.1)
            .customer("no")
            .mood(-0.7)
            .customer("bad")
            .mood(-0.9);
        let arc = mood(&Reading::of(&talk.conversation, usize::MAX));
        assert_eq!(arc.points.len(), 4);
        assert_eq!(arc.turning_point, Some(talk.conversation.turns[3].id));
        assert!((arc.now + 0.9).abs() < 1e-6);
    }

    #[test]
    fn a_steady_or_broken_mood_has_no_turning_point() {
        let talk = Talk::new().customer("a").mood(0.1).customer("b").mood(f32::NAN).customer("c").mood(0.0);
        let arc = mood(&Reading::of(&talk.conversation, usize::MAX));
        assert_eq!(arc.turning_point, None);
        assert!(arc.points.iter().all(|p| p.sentiment.is_finite()));
    }
}
