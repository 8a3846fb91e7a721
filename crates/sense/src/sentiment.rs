//! Sentiment by lexicon, with negation, intensifiers, contrast, capitals and exclamation marks.

use std::{collections::HashMap, sync::LazyLock};

use crate::{cue::round, reading::Reading};

/// Valence -4..=4 of words as customers use them. Looked up only, never iterated.
static VALENCE: LazyLock<HashMap<&'static str, f32>> =
    LazyLock::new(|| LEXICON.iter().flat_map(|(v, words)| words.split_whitespace().map(move |w| (w, *v))).collect());

const LEXICON: [(f32, &str); 12] = [
    (
        3.4,
        "amazing awesome excellent fantastic outstanding perfect superb wonderful brilliant love loved loves lifesaver incredible phenomenal 😍 🥰 ❤",
    ),
    (
        2.6,
        "great happy delighted pleased grateful thrilled beautiful best impressed enjoy enjoyed glad thank thanks appreciate appreciated helpful excited 😊 😀 😃 😄 🎉 👏",
    ),
    (
        1.8,
        "good nice kind friendly fast quick easy smooth satisfied recommend reliable solved resolved fixed works worked works comfortable patient polite thx cheers helped helps 🙂 👍 🙏 😉",
    ),
    (
        1.0,
        "ok okay fine well cool like liked useful better correct yes sure welcome interested fair please hopefully clear safe",
    ),
    (
        -0.6,
        "issue issues problem problems wrong wait waiting slow late error errors unfortunately but confused confusing unclear difficult missing delay delayed expensive hard",
    ),
    (
        -1.4,
        "bad broken fail failed fails failure damaged defective faulty lost stuck refuse refused ignored annoying annoyed disappointing disappointed concerned worried poor unhappy complain complaint stop crashed cold dirty rude sad lie lied overcharged trouble difficult never nothing nobody 😕 🙁 😞 😟",
    ),
    (
        -2.0,
        "angry upset frustrated frustrating frustration irritated unacceptable ridiculous useless incompetent unprofessional cheated misled stolen scared nervous anxious stress stressed ruined waste wasted dissatisfied unreliable stupid dumb fed 😢 😭 😠 😤 🙄",
    ),
    (
        -2.8,
        "terrible horrible awful worst hate hated disgusting disgusted pathetic appalling outrageous furious shocking atrocious dreadful disgrace disgraceful scam fraud theft thieves liar liars crap joke bullshit nightmare disaster abysmal fuming livid ffs wtf sue 😡 💔",
    ),
    (
        -3.4,
        "fuck fucking fucked shit shitty bastard bastards asshole assholes bitch cunt idiots idiot moron morons scum 🤬 🖕",
    ),
    (
        -1.8,
        "danger dangerous hurt pain injured emergency panic panicking desperate devastated heartbroken crying afraid fear threatening",
    ),
    (2.4, "danke merci gracias grazie super toll parfait perfecto excelente gut ottimo obrigado bedankt"),
    (
        -2.2,
        "schlecht furchtbar schrecklich unverschämt katastrophe nul horrible terrible pésimo pessimo vergüenza slecht mauvais inacceptable inaceptable",
    ),
];

fn intensity(word: &str) -> Option<f32> {
    Some(match word {
        "very" | "really" | "so" | "extremely" | "absolutely" | "totally" | "completely" | "incredibly" | "utterly"
        | "too" | "super" | "fucking" | "damn" | "beyond" | "deeply" | "truly" => 1.35,
        "quite" | "pretty" | "rather" => 1.1,
        "slightly" | "somewhat" | "bit" | "little" | "kinda" | "fairly" | "mildly" => 0.6,
        _ => return None,
    })
}

fn negates(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "no"
            | "never"
            | "without"
            | "nor"
            | "neither"
            | "hardly"
            | "barely"
            | "cannot"
            | "dont"
            | "didnt"
            | "isnt"
            | "wasnt"
            | "cant"
            | "doesnt"
    ) || word.ends_with("n't")
}

/// -1 (very negative) to 1 (very positive); 0 for text without mood.
pub(crate) fn score(reading: &Reading<'_>) -> f32 {
    let mut sum = 0.0f32;
    // How long a negation or an intensifier still reaches, in words.
    let (mut negation, mut boost, mut boost_left) = (0u8, 1.0f32, 0u8);
    let mut last_end = 0;
    for (at, word) in reading.words() {
        if reading.norm[last_end..at].bytes().any(|b| b".!?;\n,".contains(&b)) {
            (negation, boost_left) = (0, 0);
        }
        last_end = at + word.len();
        if matches!(word, "but" | "however" | "although" | "yet") {
            // What comes after "but" is what is meant.
            sum *= 0.5;
            (negation, boost_left) = (0, 0);
            continue;
        }
        if let Some(v) = VALENCE.get(word) {
            let mut v = *v;
            if boost_left > 0 {
                v *= boost;
            }
            if negation > 0 {
                v *= -0.6;
            }
            sum += v;
            (negation, boost_left) = (negation.saturating_sub(1), 0);
            continue;
        }
        if negates(word) {
            negation = 4;
        } else if let Some(b) = intensity(word) {
            (boost, boost_left) = (b, 3);
        }
        negation = negation.saturating_sub(1);
        boost_left = boost_left.saturating_sub(1);
    }
    if !reading.raw.is_ascii() {
        sum += reading.raw.chars().filter_map(|c| VALENCE.get(c.encode_utf8(&mut [0; 4]) as &str)).take(12).sum::<f32>();
    }
    if sum != 0.0 {
        let heat = 0.35 * reading.exclamations.min(4) as f32 + if reading.shouted { 0.9 } else { 0.0 };
        sum += heat.copysign(sum);
    }
    round((sum / (sum * sum + 12.0).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use crate::sense;

    #[test]
    fn order_of_moods() {
        let s = |t: &str| sense(t).sentiment;
        assert!(s("This is great, thank you so much!") > 0.6);
        assert!(s("Where is my order 20391?").abs() < 0.2);
        assert!(s("This is terrible") < -0.5);
        assert!(s("This is not good") < 0.0);
        assert!(s("not bad") > 0.0);
        assert!(s("THIS IS TERRIBLE!!!") < s("This is terrible"));
        assert!(s("really awful service") < s("awful service"));
        assert!(s("The lamp is nice but it is broken and useless") < 0.0);
        assert!(s("😡") < -0.3 && s("❤ 😊") > 0.3);
        assert_eq!(s(""), 0.0);
    }
}
