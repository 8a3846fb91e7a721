//! What an AI says about itself: promises a transfer, apologises, cannot help.

use baton_model::SignalKind;

use crate::cue::{Detector, cue, raw_cue};

pub(crate) fn detectors() -> [Detector; 3] {
    [promises_transfer(), apology(), cannot_help()]
}

const WHO: &str = "(?:(?:a|an|one of (?:our|the)|our|the|another|my) )?(?:(?:human|live|real|senior|dedicated|support|customer|service|billing|technical|qualified|trained|available) ){0,3}(?:agents?|specialists?|colleagues?|representatives?|team(?: members?)?|person|humans?|experts?|advis[oe]rs?|managers?|supervisors?|department|someone|support|staff|operator|care team)";

fn promises_transfer() -> Detector {
    let pass_on = format!(
        "(?:transferr?(?:ing)?|connect(?:ing)?|put(?:ting)?|hand(?:ing)?|pass(?:ing)?|forward(?:ing)?|escalat(?:e|ing)|redirect(?:ing)?|refer(?:ring)?|rout(?:e|ing)) (?:you|this|your|the|it)(?: (?:case|request|issue|chat|call|conversation|ticket|matter|inquiry|query|question|concern|complaint))?(?: (?:over|through|on|directly|now|along|up))* (?:to|with|through) {WHO}"
    );
    let will = "(?:i'll|i will|i'm going to|i am going to|let me|i am|i'm|we'll|we will|we are|i can now|i need to|i must|allow me to|i have to)(?: now| just| go ahead and| immediately| quickly)*";
    Detector::new(
        SignalKind::PromisesTransfer,
        vec![
            cue(6.0, &format!("{will} {pass_on}")),
            cue(5.6, "you (?:are|will be|'re|are now|have been|'ll be)(?: now| shortly| being)* (?:transferred|connected|handed over|put through|redirected)|(?:please )?(?:hold|wait|stay)(?: on)?(?: the line)?[^.!?\n]{0,30}while i (?:(?:transfer|connect|put) (?:you|your|this)|(?:get|find|fetch) (?:someone|somebody|an? (?:[a-z]+ )?(?:agent|colleague|person|human|specialist|representative)))|i(?:'ve| have)(?: now| already)? (?:transferred|escalated|forwarded|handed|passed) (?:you|this|your|the|it)|(?:i'll|i will|let me) (?:escalate|transfer) (?:this|it|you|your [a-z]+)"),
            raw_cue(5.2, r"(?:^|[.!:] |\n)(?:now )?(?:transferring|connecting) you(?-u:\b)"),
            cue(5.2, &format!("{WHO} (?:will|is going to|shall|is about to|can now)(?: soon| shortly| then| now)? (?:be (?:with|in touch|contacting|calling|joining|right)|contact|reach out|get back|call|join|take over|assist|help|follow up|review|respond|reply|answer)")),
            cue(4.6, &format!("(?:i'll|i will|let me|i'm going to) (?:get|find|bring(?: in)?|fetch|call|ask|have) {WHO}")),
            cue(1.6, &pass_on),
        ],
    )
    .unless("(?:would you like|do you want|shall|should|may|can|could|want) (?:me|i|us|we)(?: to)? (?:[a-z]+ ){0,2}(?:transfer|connect|put|hand|pass|forward|escalate|redirect|get|bring|ask)(?: [a-z]+){0,6}|(?:if|in case|before|unless) (?:you|i|we|needed|necessary|this)[^.!?\n]{0,60}(?:transfer|connect|hand|escalate|put)(?: [a-z]+){0,6}|(?:can't|cannot|can not|unable to|not able to|won't|don't|do not|couldn't|could not) (?:[a-z]+ ){0,2}(?:transfer|connect|hand|escalate|put|forward)(?:r?ing)?(?: [a-z]+){0,5}")
}

fn apology() -> Detector {
    Detector::new(
        SignalKind::Apology,
        vec![cue(5.0, "(?:i'm|i am|we're|we are|so|very|really|truly|deeply|terribly)? ?sorry|apolog(?:y|ies|ise|ize|ising|izing)|(?:i|we) (?:sincerely |deeply |truly )?regret|my (?:mistake|bad)|(?:please )?(?:excuse|forgive) (?:me|us|the)|entschuldigung|désolé|disculpa|lo siento")],
    )
    .unless("not sorry|better safe than sorry|you(?:'ll| will) be sorry|no need to apologi[sz]e|sorry state")
}

fn cannot_help() -> Detector {
    Detector::new(
        SignalKind::CannotHelp,
        vec![
            cue(5.2, "i(?:'m| am)?(?: sorry,?| afraid| really| currently)*(?: but)?(?: i)? (?:can't|cannot|can not|couldn't|could not|unable to|am unable to|am not able to|not able to|was unable to|wasn't able to|was not able to)(?: currently| directly| really| personally| actually)? (?:help|assist|find|answer|access|do that|do this|process|provide|complete|handle|resolve|locate|see|look up|check|make|change|offer|approve|give|perform|fulfil+)|i (?:don't|do not)(?: currently| actually)? (?:know|have (?:that|this|any|the|access|information|enough|an answer|details))|(?:beyond|outside|exceeds)(?: of)? (?:my|the scope|what i)|(?:not|n't) (?:something|a thing) (?:that )?i (?:can|am able)|i have no (?:information|answer|access|way)|not (?:able|authori[sz]ed|equipped) to (?:help|assist|answer|do|process)|(?:couldn't|could not|can't|cannot|didn't|did not) find (?:an answer|any|anything|that|information|a match|your|the answer)|don't (?:quite )?understand(?: your| the| what)?|not sure (?:i|how|what|about that|i understand)|no (?:relevant )?(?:information|results|articles) (?:about|on|found|available|for)"),
            cue(2.2, "please (?:contact|call|email|reach out to|get in touch with) (?:our |the |your )?(?:customer|support|service|team|help|sales|billing)[a-z ]{0,20}|try (?:rephrasing|again later)|could you rephrase|unfortunately,? (?:i|we|that|this|it)"),
        ],
    )
    .unless("i(?:'m| am) not sure (?:i|if i) (?:want|need|should|ordered)|i can't find my|i don't have (?:the|my|an?) (?:order|receipt|invoice|account|number|card|phone)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::check;

    #[test]
    fn promise_table() {
        check(
            SignalKind::PromisesTransfer,
            &[
                "I'll transfer you to a human agent now.",
                "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON.",
                "Let me connect you with one of our specialists",
                "A colleague will contact you shortly.",
                "Please hold while I connect you",
                "I have escalated your case",
                "I will now transfer you to our support team",
                "Transferring you now.",
            ],
            &[
                "Would you like me to connect you with a specialist?",
                "If you like, I can transfer you to an agent",
                "I cannot transfer you to an agent",
                "Your parcel was handed to the carrier",
                "I will transfer the money back to your card",
                "Your order will be with you tomorrow",
                "I recommend transferring you to a human agent. Would you like that?",
                "Please hold on while I get the details",
            ],
        );
    }

    #[test]
    fn apology_table() {
        check(
            SignalKind::Apology,
            &["I'm sorry about that", "We apologize for the delay", "My apologies"],
            &["better safe than sorry", "Your order is on the way"],
        );
    }

    #[test]
    fn cannot_help_table() {
        check(
            SignalKind::CannotHelp,
            &[
                "I'm sorry, I can't help with that",
                "I don't know the answer to that",
                "I'm afraid I am not able to process refunds",
                "That is outside the scope of what I can do",
                "I could not find an answer to that",
            ],
            &["You can return it within 30 days.", "I can help with that!", "Your order cannot be shipped on Sunday"],
        );
    }
}
