//! Whether the help so far helped: unresolved, thanks.

use baton_model::SignalKind;

use crate::cue::{Detector, cue, mood};

pub(crate) fn detectors() -> [Detector; 2] {
    [unresolved(), thanks()]
}

fn unresolved() -> Detector {
    Detector::new(
        SignalKind::Unresolved,
        vec![
            cue(5.0, "(?:that|this|it|which|your (?:answer|link|suggestion|advice|solution)|the (?:link|answer|article|suggestion))(?: still| really| also| just)? (?:did not|didn't|didnt|doesn't|doesnt|does not|isn't|is not|hasn't|has not|wasn't|was not)(?: really| actually| even)? (?:help|helping|helpful|solve|fix|answer|resolve|address|what i)[a-z]*|not what i (?:asked|meant|said|wanted|need)|(?:you're|you are|you(?: did| do)?|ur)(?: still)? (?:not|n't|never) (?:listening|understanding|understand|answering|answer|helping|reading|getting)|you (?:didn't|did not|haven't|don't|aren't|keep) (?:answer(?:ed|ing)?|understand(?:ing)?|read(?:ing)?|listen(?:ing)?|help(?:ed|ing)?|repeating|saying|sending|giving|asking)|(?:not|un)(?:[- ]| at all | very | really )?helpful|(?:doesn't|didn't|does not|did not) answer (?:my|the)|wrong answer|no help|(?:still )?(?:not|isn't|hasn't been|haven't been|un)[- ]?(?:solved|resolved|fixed)|same (?:answer|response|reply|thing again|message)|i (?:already|just) (?:told|said|tried|explained|asked|gave|did|answered|checked|provided|sent|mentioned)|i(?:'ve| have) (?:already |just )?(?:told|said|tried|explained|asked|answered|checked|provided|mentioned) (?:that|this|you|it|already|everything|all)|already (?:tried|did|done|told|said|checked|asked)"),
            cue(3.6, "still (?:not|doesn't|isn't|haven't|hasn't|can't|cannot|having|broken|the same|no|nothing|won't|stuck|happening|getting|shows?|says?|does not|is not)|same (?:problem|issue|error)|(?:that|this)(?:'s| is) (?:not (?:it|right|correct|true|what|my)|wrong|incorrect|irrelevant)|as i (?:said|mentioned|wrote|explained)|i asked (?:about|for|you|if|how|whether)|(?:didn't|doesn't|did not|does not|not|didnt|doesnt) work(?:ing)?(?: either| again| at all)?|read (?:what|my)|makes no sense|going (?:round|around) in circles|(?:that|this|it) (?:didn't|did not|doesn't) (?:work|change)|no(?:,|\\.)? (?:that|this|it) (?:didn't|did not|doesn't|isn't|is not)|you(?:'re| are) (?:useless|no help)"),
            cue(1.6, "again|still|but (?:i|it|that)|nope|useless|pointless|repeat(?:ing)? myself|third time|how many times|i don't understand|doesn't make sense"),
        ],
    )
    .unless("(?:thanks|thank you|great|works?|perfect)(?:,)? again|once again|again (?:soon|later|tomorrow)|(?:that|this|it)(?:'s| is)? (?:not|isn't|is not) (?:necessary|needed|required|important|urgent|a problem|an issue)|no problem|try again|still (?:open|available|valid|possible|time|in stock|want|on sale)")
}

fn thanks() -> Detector {
    Detector::new(
        SignalKind::Thanks,
        vec![
            cue(5.0, "(?:that|this|it) (?:really |actually |totally |has )?(?:helps|helped|worked|works|solved|fixed|did it|answers|answered)(?: now| great| perfectly)?|(?:all|it's|is|problem|issue) (?:good|solved|fixed|sorted|resolved|set)(?: now)?|exactly what i (?:needed|wanted|was looking for)|(?:you've been|you were|that was|that's|very|so|super|really) (?:very |so |really |super |extremely )?(?:helpful|kind|great help)|(?:thank you|thanks|thx|ty)(?: you)?(?: so| very)? much|many thanks|much appreciated|you(?:'re| are) (?:the best|amazing|great|awesome|a star|a lifesaver|wonderful)"),
            cue(4.0, "thanks?(?: you| u| ya| a lot| a bunch| a million)?|thx|tysm|cheers|appreciate (?:it|that|your|the|you)|grateful|danke|merci|gracias|grazie|obrigad[oa]|bedankt|tack"),
            mood(2.6, "perfect|awesome|great|excellent|brilliant|wonderful|lovely|amazing|fantastic|got it|good to know|sounds good"),
        ],
    )
    .unless("thanks? (?:you )?(?:for nothing|for wasting|in advance|for ruining|for (?:the )?no)|no thanks to|thank god|thank goodness|thanks but|(?:would be|sounds|was|not|if it's) (?:great|perfect|awesome|amazing|wonderful|lovely|fantastic)(?: if)?|(?:would|will|i'd) (?:really )?appreciate|great(?:er|est)? (?:difficulty|britain|deal of|problem)|(?:would|will) be (?:much |greatly |really )?appreciated|(?:issue|problem|it) is(?:n't| not) (?:solved|fixed|sorted|resolved)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::check;

    #[test]
    fn unresolved_table() {
        check(
            SignalKind::Unresolved,
            &[
                "That didn't help",
                "I already tried that",
                "you're not listening",
                "no, it's still not working",
                "That's not what I asked",
                "you keep sending the same answer",
                "I still can't log in, same error",
            ],
            &[
                "That worked, thanks",
                "Is it still available?",
                "Where is my order?",
                "Thanks again!",
                "No, that is not necessary.",
                "I will try again later",
            ],
        );
    }

    #[test]
    fn thanks_table() {
        check(
            SignalKind::Thanks,
            &["Thank you so much!", "great, that worked", "thx", "That helps, appreciate it", "exactly what I needed"],
            &[
                "thanks for nothing",
                "It would be great if you could check",
                "I would appreciate an answer",
                "Thanks in advance",
                "Where is it?",
            ],
        );
    }
}
