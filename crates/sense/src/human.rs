//! The wish to reach a person: direct, polite or indirect. Talking *about* people is not one.

use baton_model::SignalKind;

use crate::cue::{Detector, cue, raw_cue};

/// Somebody who could take over.
const PERSON: &str = "(?:(?:real|actual|live|human|proper|different|senior|another|nice|competent) )*(?:person|human(?: being)?|agents?|representatives?|reps?|operator|advis[oe]r|manager|supervisor|someone|somebody|anyone|anybody|specialist|employee|staff(?: member)?|team member|member of (?:your |the )?(?:team|staff)|people|team|boss|human resources|(?:customer|client|tech(?:nical)?|help|phone|live) ?(?:service|services|support|care|desk)(?: (?:agent|rep|representative|person|team|manager))?|support(?: (?:agent|rep|team|person|staff))?|(?:billing|sales|support|service|account) (?:team|agent|manager|department|specialist|person|rep)|colleague|expert|supervisor)";
/// Like `PERSON`, but clear enough to stand alone.
const ROLE: &str = "(?:(?:real|actual|live|human|proper|different) )*(?:human(?: being)?|real person|actual person|live person|live agent|human agent|agent|representative|operator|manager|supervisor|customer (?:service|support|care)(?: (?:agent|rep|representative))?)";
const ARTICLE: &str = "(?:a|an|the|any|your|some|another|one of your|one of the)";
const TALK: &str = "(?:speak|talk|chat|get through|get in touch|be connected|be transferred|be put through|be escalated|get connected|get transferred|connect|discuss (?:this|it|that))";
const ADVERB: &str = "(?: (?:directly|now|please|instead|live|again|by phone|on the phone|over the phone|about (?:this|it)|right now|immediately|urgently|back))*";

pub(crate) fn wants_human() -> Detector {
    let verb_to_person = format!("{TALK}{ADVERB} (?:to|with) (?:{ARTICLE} )?{PERSON}");
    let hand_me = format!(
        "(?:put|pass|hand|switch|forward|transfer|connect|redirect|direct|escalate|send) (?:me|us|this|it|my (?:case|issue|request|ticket|complaint|call))(?: (?:through|over|on|up|now|directly))* (?:to|with) (?:{ARTICLE} )?{PERSON}"
    );
    let give_me = format!("(?:give|get|find|fetch|bring) me (?:{ARTICLE} )?{PERSON}");
    let want_role = format!(
        "(?:i|we)(?:'d| would| do| really| just)* (?:want|wanna|need|like|demand|prefer|require|request|insist on)(?: to (?:have|get|see|reach))?(?: (?:{ARTICLE}))? {ROLE}"
    );
    let alone = format!(
        r"^[^a-z0-9]*(?:(?:please|pls|ok|okay|no|just|hi|hello|get|want|need|yes) ?,? ?)*(?:{ARTICLE} )?(?:{ROLE}|real people|real human|someone real)(?:[ ,]+(?:please|pls|now|asap|thanks))*[^a-z0-9]*$"
    );
    let role_please = format!("{ROLE}(?: ?, ?| )(?:please|pls|plz|now)");
    let is_there = "(?:is|are|isn't) there (?:a |an |any |some )?(?:real |actual |live |human |way to (?:speak|talk|chat) (?:to|with) (?:a |an )?)*(?:someone|somebody|anyone|anybody|person|human|people|agent|manager|supervisor|representative|rep|one) (?:[a-z']+ ){0,3}(?:i can|i could|who can|who could|that can|we can|available|there|here|to (?:talk|speak|chat|help|call)|else)";
    let can_person = "(?:can|could|will|would|may|have|let|please have|get) (?:a |an |your |the |one of your )?(?:real |actual |live |human )?(?:person|human|agent|manager|supervisor|representative|rep|operator|someone from [a-z ]{2,20}|somebody from [a-z ]{2,20}) (?:[a-z]+ ){0,2}(?:call|contact|ring|phone|help|assist|look|get back|reach out|take over|step in|handle|review|deal|speak|talk|answer|join)";
    let call_me = "(?:can|could|will|would|have|get|let) (?:someone|somebody|anyone|anybody)(?: [a-z]+){0,2} (?:call|phone|ring|take over|step in|reach out|get in touch|speak|talk)(?: (?:me|us|to me|with me|with us|to us))?";
    Detector::new(
        SignalKind::WantsHuman,
        vec![
            cue(5.6, &verb_to_person),
            cue(5.6, &hand_me),
            cue(5.2, &give_me),
            cue(5.2, &want_role),
            raw_cue(5.6, &alone),
            cue(4.6, &role_please),
            cue(4.6, is_there),
            cue(4.4, can_person),
            cue(4.2, call_me),
            cue(4.4, "(?:transfer|escalate) (?:me|this|it|my (?:case|issue|ticket|complaint|request))|put me through|patch me through"),
            cue(4.2, "(?:real|actual|live|human) (?:person|human|agent|being|rep|representative|operator|advis[oe]r|support|assistance|help|interaction|contact|eyes|intervention|people)"),
            cue(4.6, "(?:don't|do not|dont|not|won't|never|refuse to)(?: want to| wanna| going to| willing to)?(?: be)? (?:talk|speak|chat|deal|talking|speaking|chatting|dealing|want)(?: (?:to|with))?(?: (?:a|an|this|the|your|some|another))*(?: (?:stupid|damn|dumb|useless|bloody))? (?:bot|bots|robot|robots|machine|ai|computer|chatbot|chat bot|automated [a-z]+|virtual assistant)"),
            cue(3.6, "(?:stop|enough|tired|sick|fed up|done|no more)(?: (?:of|with))?(?: (?:talking|speaking|chatting|dealing))?(?: (?:to|with))?(?: (?:the|this|these|your|automated|a))* (?:bot|bots|robot|robots|chatbot|chat bot|machine|automated (?:answers|replies|responses|messages)|canned (?:answers|replies|responses))"),
            cue(3.4, "(?:please )?(?:call|phone|ring) me(?: back)?|give me a (?:call|ring)|request a call ?back|arrange a call"),
            cue(3.2, "(?:phone )?number (?:i can|to|where i can|that i can) (?:call|ring|dial|reach)|how (?:do|can) i (?:call|phone|reach) (?:you|someone|a person|customer (?:service|support))"),
            cue(3.4, "(?:someone|somebody)(?: who is)?(?: a)? (?:real|human|who can (?:actually|really)|with authority|higher up|in charge|more senior|competent|who knows|who understands)"),
            cue(1.8, "(?:can|could) (?:someone|somebody|anyone|anybody)(?: [a-z]+){0,2} (?:help|assist|look|check|explain|fix|sort)"),
            cue(1.6, "you(?:'re| are)(?: just)? an? (?:bot|robot|machine|ai)|are you (?:a )?(?:real|human|bot|robot|person|machine)"),
            // The right to a human does not depend on English.
            raw_cue(5.2, "(?:mit|an) (?:einem|einer|einen|jemand|jemandem)(?: [^ ]+)? ?(?:menschen|mitarbeiter(?:in)?|person|berater(?:in)?|echten menschen|vorgesetzten)?(?: [^ ]+)? (?:sprechen|reden|verbinden|weiterleiten|verbunden)"),
            raw_cue(5.2, "hablar con (?:una? |el |la |alg[uú]n )?(?:persona|humano|agente|representante|operador|alguien|encargado|supervisor|gerente)"),
            raw_cue(5.2, "(?:parler|discuter) (?:à|a|avec) (?:une? |le |un vrai |une vraie )?(?:personne|humain|conseiller|conseillère|agent|responsable|quelqu'un|opérateur|être humain)"),
            raw_cue(5.2, "parlare con (?:una? |un' ?)?(?:persona|operatore|umano|qualcuno|responsabile|essere umano)"),
            raw_cue(5.2, "falar com (?:uma? |o |a )?(?:pessoa|humano|atendente|algu[eé]m|gerente|supervisor|operador)"),
            raw_cue(5.2, "(?:met )(?:een |iemand )?(?:echt )?(?:mens|medewerker|persoon|iemand|manager)?(?: )?(?:spreken|praten)"),
        ],
    )
    .unless(
        "(?:should i |do i |can i |to )?ask (?:an?|the|your|my|any) (?:[a-z]+ )?(?:agent|rep|representative|manager|operator|person|advisor) (?:how|what|about|to|if|whether|why|when|where|for)\
        |(?:the|your|an?|one of your|last|previous|that|this|my|another) (?:[a-z]+ ){0,2}?(?:agent|rep|representative|manager|operator|person|advisor|supervisor|human|someone) (?:i (?:spoke|talked|chatted|dealt)|who|told|said|says|promised|mentioned|advised|informed|assured|explained|was|had|did|didn't|gave|helped|hung|never|already|claimed|refused)\
        |(?:travel|estate|real estate|insurance|booking|letting|cleaning|user|ticket|gate|free|secret|customs|mortgage|shipping|purchasing|talent) (?:agents?|agency|agencies)\
        |(?:product|project|bank|property|password|task|file|device|download|office|general) managers?\
        |(?:my|our|his|her|their) (?:[a-z]+ )?(?:agent|manager|boss|supervisor|person|team|staff|employee|colleague|people)\
        |(?:don't|do not|didn't|dont|no) (?:really |actually )?(?:want|need|have|wish)(?: to)? (?:speak|talk|chat|be transferred)(?: (?:to|with))? (?:an?|the|any|your)? ?(?:real |live |human )*(?:person|human|agent|anyone|someone|representative|manager)\
        |(?:no|not) (?:need|reason) (?:for|to (?:speak|talk) (?:to|with)) (?:an? )?(?:real |live |human )*(?:person|human|agent|someone|anyone)\
        |(?:do|will|would|must|did) i (?:have|need) to (?:speak|talk|chat|call)(?: (?:to|with))? (?:an? )?(?:[a-z]+ )?(?:person|human|agent|someone|anyone|representative)\
        |without (?:having to )?(?:speaking|talking|speak|talk|calling|call)(?: (?:to|with))? (?:an? )?(?:real |live |human )*(?:person|human|agent|someone|anyone)\
        |(?:become|be|becoming|as) an? (?:[a-z]+ )?(?:agent|representative|operator|manager|supervisor)\
        |human (?:error|rights|nature|body|hair|resources)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::check;

    #[test]
    fn asks_for_a_person_or_only_speaks_of_one() {
        check(
            SignalKind::WantsHuman,
            &[
                "I want to speak to a manager",
                "agent!",
                "AGENT",
                "agent please",
                "Real person please",
                "human",
                "is there someone I can talk to?",
                "Is there anyone I could speak with about this",
                "Could you put me through to somebody, please?",
                "would it be possible to speak with a representative",
                "can i talk to a real human",
                "Let me talk to your supervisor.",
                "i need an agent",
                "I’d like a human to look at this",
                "transfer me",
                "Please connect me with customer service",
                "I would rather talk to a person if that is possible",
                "I don't want to talk to a bot",
                "stop with the bot",
                "can someone call me back?",
                "get me a manager",
                "give me a human",
                "Could a member of your team call me? I want to discuss this with a person",
                "how do I get through to a live agent",
                "I've been trying to speak to someone for an hour",
                "Is there a human there?",
                "Please escalate this to your manager",
                "i wanna talk with someone real",
                "Ich möchte mit einem Menschen sprechen",
                "quiero hablar con una persona",
                "je voudrais parler à un conseiller",
                "vorrei parlare con un operatore",
            ],
            &[
                "ask an agent how to reset the router",
                "Should I ask an agent how to do this or is it on the website?",
                "the agent told me it would arrive on Monday",
                "your agent said I would get a refund",
                "the agent I spoke to was lovely",
                "my travel agent booked this for me",
                "I booked through a travel agent",
                "My manager wants the invoice by Friday",
                "I need to talk to my manager first",
                "Do I have to talk to someone to cancel?",
                "can I change my address without talking to a person",
                "no need for a human, thanks",
                "it was a human error on my side",
                "how do I become an agent?",
                "Where is my order?",
                "The person who delivered it was rude",
                "do you ship to people in Norway",
                "Which password manager do you recommend?",
                "I'd like to talk about my order",
                "I bought it for someone else",
                "Can you help me?",
                "",
            ],
        );
    }
}
