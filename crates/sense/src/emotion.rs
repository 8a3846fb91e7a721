//! Anger, anxiety, sadness.

use baton_model::SignalKind;

use crate::cue::{Detector, cue, mood, raw_cue};

pub(crate) fn detectors() -> [Detector; 3] {
    [anger(), anxiety(), sadness()]
}

fn anger() -> Detector {
    Detector::new(
        SignalKind::Anger,
        vec![
            mood(5.0, "furious|livid|outraged|enraged|infuriat(?:ed|ing)|fuming|seething|pissed(?: off)?|irate|(?:so|very|extremely|really|beyond|absolutely|getting|bloody|fucking) (?:angry|mad|annoyed|frustrated|frustrating|upset|irritated|pissed)|beyond (?:frustrat(?:ed|ing)|a joke)|lost (?:my|all) patience|(?:disgusted|disgusting|appalled|appalling|outrageous|infuriating)"),
            mood(3.4, "angry|frustrat(?:ed|ing|ion)|annoy(?:ed|ing)|irritat(?:ed|ing)|fed up|sick of|sick and tired|had enough|mad at|ridiculous|unacceptable|absurd|pathetic|disgrace(?:ful)?|shameful|insulting|insulted|despicable|atrocious|hate (?:this|you|your|that|dealing)|aggravat(?:ed|ing)"),
            cue(3.2, "what the (?:hell|fuck|heck)|wtf|(?:are|is) (?:you|this) (?:kidding|joking|serious|a joke)|how dare you|for (?:god'?s|fuck'?s|christ'?s) sake|ffs|for the (?:last|hundredth|third|tenth|millionth|umpteenth) time|this is (?:a joke|bullshit|bs|insane|crazy|nonsense|not ok|not okay|unbelievable)|joke of a"),
            cue(2.4, "fuck(?:ing|ed)?|bullshit|shit(?:ty)?|damn(?:ed)?|goddamn|crap(?:py)?|bloody|screw(?:ed)? (?:you|me|this|up)|arse|ass"),
            cue(1.8, "worst|terrible|horrible|awful|useless|incompetent|unbelievable|waste of (?:my )?time|wasting my time|how (?:long|many times|hard)|upset|lies|liar|lied|stop (?:lying|wasting)|still (?:no|nothing|waiting)|nobody (?:cares|helps|answers)|tired of"),
            raw_cue(3.0, "[😡🤬😠👿💢]"),
            raw_cue(1.6, "!!!+|[?!]{3,}|🖕|🙄|😤"),
        ],
    )
    .heated()
    .unless("damn good|shit hot|crap shoot|ass (?:well|essment)|(?:bloody|damn|fucking) (?:brilliant|good|great|marvellous|amazing|awesome)|bloody mary|no worries|the worst case|in the worst case|are you serious about|not the worst")
}

fn anxiety() -> Detector {
    Detector::new(
        SignalKind::Anxiety,
        vec![
            mood(5.0, "panick?ing|panick?ed|(?:in a|having a|starting to|full) panic|panic attack|terrified|desperate(?:ly)?|freaking out|(?:so|very|really|extremely|quite|getting) (?:worried|anxious|scared|nervous|stressed|concerned|afraid)|worried sick|frantic|at my wits? end"),
            mood(3.3, "worried|worrying|anxious|anxiety|scared|afraid that|nervous|stress(?:ed|ful|ing)|frightened|overwhelmed|fear(?:ful)?|don't know what to do|what (?:am i|do i) (?:supposed to|going to) do|losing sleep|can't sleep|stranded"),
            cue(2.6, "(?:urgent(?:ly)?|emergency)[^.!?\n]{0,40}(?:please|need|help)|please (?:help|hurry)|i(?:'m| am) begging|time is running out|running out of time|too late|running late|(?:will|going to) (?:miss|lose) (?:my|the)"),
            cue(1.4, "urgent(?:ly)?|asap|as soon as possible|immediately|right away|concerned|concerning|hope (?:it|this|that) (?:is|isn't|will|won't)|what if|unsafe|hacked|stolen|locked out"),
            raw_cue(2.6, "[😰😱😨😧😟]"),
        ],
    )
    .heated()
    .unless("no (?:rush|hurry|worries|stress)|don't worry|not (?:urgent|worried)|whom it may concern|as far as .{1,20} concerned|stress ?(?:test|free)|no need to (?:worry|hurry)|not to worry|i(?:'m| am) afraid (?:i|we|that's|not|so)")
}

fn sadness() -> Detector {
    Detector::new(
        SignalKind::Sadness,
        vec![
            mood(5.0, "heartbroken|devastated|devastating|(?:i'm|i am|been|left me|in|burst into) (?:crying|tears)|(?:so|very|really|extremely|deeply|terribly) (?:sad|disappointed|let down|upset|hurt|depressed)|passed away|(?:my|our) [a-z]{2,12} (?:just |recently )?died|funeral|in mourning|grieving|bereave(?:d|ment)|hopeless"),
            mood(3.2, "sad(?:dened)?|disappoint(?:ed|ing|ment)|let down|unhappy|depress(?:ed|ing)|miserable|lonely|heart ?breaking|ruined (?:my|our|the|her|his)|gutted|crying|upset|hurt(?:s|ful)?|lost my (?:job|mother|father|mum|mom|dad|wife|husband|son|daughter|dog|cat)"),
            cue(1.5, "sadly|unfortunately|sigh|what a (?:shame|pity)|was (?:so )?looking forward|missed (?:my|her|his|our) (?:birthday|wedding|anniversary|christmas)|feel (?:bad|terrible|awful|cheated)"),
            raw_cue(2.8, "[😢😭😞😔💔]|(?:^| ):'?\\("),
        ],
    )
    .heated()
    .unless("crying with laugh(?:ter|ing)|doesn't hurt|wouldn't hurt|can't hurt|hurt to ask|(?:battery|phone|laptop|router|screen|device|car) (?:just |recently )?died|sorry")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::check;

    #[test]
    fn anger_table() {
        check(
            SignalKind::Anger,
            &[
                "I am furious",
                "This is absolutely ridiculous!!!",
                "WHAT THE HELL IS GOING ON",
                "I'm so angry right now",
                "this is bullshit, still waiting",
                "You are a joke of a company 😡",
                "I am sick and tired of this!",
            ],
            &[
                "I'm not angry, just curious",
                "Where is my parcel?",
                "That was bloody brilliant, thanks",
                "In the worst case I can pick it up",
                "Can I change the address?",
                "The coffee was a bit cold",
            ],
        );
    }

    #[test]
    fn anxiety_table() {
        check(
            SignalKind::Anxiety,
            &[
                "I'm really worried about my package",
                "I'm panicking, my flight leaves in an hour",
                "I am desperate, please help",
                "so stressed about this 😰",
                "I don't know what to do, I'm scared",
            ],
            &[
                "no rush at all",
                "Don't worry about it",
                "To whom it may concern: where is my invoice",
                "I'm afraid I don't have the number",
                "not worried, just asking",
                "I'd like to book an appointment asap please",
            ],
        );
    }

    #[test]
    fn sadness_table() {
        check(
            SignalKind::Sadness,
            &[
                "I'm so disappointed in you",
                "This ruined my daughter's birthday, I was in tears",
                "I'm heartbroken 😭",
                "My husband passed away and I need to close his account",
            ],
            &[
                "I am sorry, unfortunately I can't find the receipt",
                "the battery died again",
                "It wouldn't hurt to ask",
                "I'm not disappointed",
                "What sizes do you have?",
            ],
        );
    }
}
