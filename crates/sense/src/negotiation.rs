//! Asking for another price, or for other terms.

use baton_model::SignalKind;

use crate::cue::{Detector, cue};

pub(crate) fn detectors() -> [Detector; 2] {
    [price(), terms()]
}

fn price() -> Detector {
    Detector::new(
        SignalKind::NegotiatePrice,
        vec![
            cue(5.0, "(?:give|get|offer|have|want|need|like|expect|deserve|ask for|asking for|do|apply|extend|grant|any|possible|negotiate) (?:me |us |you )?(?:a |an |any |some |the |for a |for |another |bigger |better |further |extra |special |small |little )*(?:[0-9]+ ?(?:%|percent) )?(?:discount|reduction|price cut|rebate|markdown)s?|(?:better|lower|cheaper|best|special|reduced|competitive|custom|bulk|wholesale|volume|friendlier) (?:price|deal|rate|offer|pricing|quote|discount)s?|price[- ]?match(?:ing)?|match (?:the|their|this|that|your|a|his) (?:[a-z]+ )?(?:price|offer|deal|quote|rate)|negotiat(?:e|ing|ion|able)|haggl(?:e|ing)|meet me (?:half ?way|in the middle)|knock (?:[a-z0-9€$£%]+ ){1,3}off|(?:lower|reduce|drop|cut|bring down|come down on) (?:the|your|my|this|that) (?:[a-z]+ )?(?:price|fee|rate|cost|bill|total|charge)s?"),
            cue(4.2, r"(?:can|could|would|will) (?:you|we|i|u) (?:do|make it|get it|have it|pay|sell it|take) (?:it |this |me )?(?:for |at )?(?:less|cheaper|[€$£]? ?[0-9][0-9.,]*(?: ?(?:€|\$|£|euros?|dollars?|bucks|pounds|instead))?)|(?:[0-9]+ ?(?:%|percent)) (?:off|discount|reduction)|how about (?:[€$£] ?[0-9]+|[0-9]+ ?(?:€|\$|£|%|euros?|dollars?|bucks|pounds|percent))|how about [0-9]{2,}|best you can do|any room (?:on|for|in)|sweeten the deal|(?:too|so|quite|bit|very|way too) (?:expensive|pricey|much money|steep)|found it cheaper|cheaper (?:elsewhere|at|on|somewhere)|for (?:less|cheaper) (?:elsewhere|at|on)"),
            cue(2.4, "discounts?|cheaper|better off|loyalty (?:bonus|reward)|money off|bargain"),
        ],
    )
    .unless("[0-9]{1,2}(?::[0-9]{2})? ?(?:am|pm|a\\.m|p\\.m|o'?clock)|[0-9]{1,2}:[0-9]{2}|(?:discount|promo|promotion|voucher|coupon|gift)(?:al)? (?:code|card|voucher)s?|discount(?:ed)? (?:was|is|did|didn't|not|wasn't) (?:not )?(?:appl(?:y|ied)|show|work)[a-z]*|discount (?:on my|from) (?:last|previous)")
}

fn terms() -> Detector {
    Detector::new(
        SignalKind::NegotiateTerms,
        vec![
            cue(5.0, "(?:make|making|made|ask for|asking for|request|grant|consider|get|have|allow|for) (?:me |us )?(?:an?|one|any|some|this) (?:small |little |one[- ]time |special |single )?exception|(?:bend|break|overlook|relax|ignore) the (?:rule|rules|policy)|(?:special|custom|different|better|flexible|individual|other) (?:terms|arrangement|treatment|conditions|contract|agreement|payment terms)|(?:extend|extending|extension (?:of|on|for)|prolong|postpone|push back|more time (?:for|on|to)) (?:the|my|our|this|a|your)? ?(?:[a-z]+ ){0,2}(?:deadline|return (?:window|period|policy)|trial|due date|payment|warranty|contract|deadline|window|period|pay)|payment plan|(?:pay|paying|payment)(?: it)?(?: off)? (?:in|by|over|with) (?:[a-z0-9]+ )?(?:instal?lments?|months|parts|rates)|net[- ](?:30|45|60|90)|(?:waive|waiving|waived|refund|drop|remove|forgive) (?:the|my|that|this|your|those|any|all) (?:[a-z]+ ){0,2}(?:fee|fees|charge|charges|penalty|cost|surcharge|interest)"),
            cue(3.8, "(?:just )?this once|one[- ]time (?:courtesy|thing|exception|favou?r)|goodwill|compensat(?:e|ion|ed)|as a (?:courtesy|gesture|favou?r)|make it (?:up to me|right)|(?:i know|i understand|i realise|i realize|even though|although) (?:[a-z']+ ){0,6}(?:past|after|outside|over|beyond|passed|missed|non[- ]?refundable|policy|deadline)|special case|out of the ordinary|is there any way (?:you|around|to (?:waive|avoid|skip))|can't you (?:just )?(?:make|do|waive|allow)|free upgrade|upgrade me for free|store credit instead|cash instead"),
            // Barter, whatever the goods are.
            cue(4.0, "in exchange(?: for)?|in return for|trade (?:you|me|[0-9a-z]+ (?:of|for))|counter ?offer|(?:final|fair|better|original|hard) (?:deal|offer|trade|split|compromise)|my proposal|reach an agreement|rest (?:is|are) (?:all )?yours|how (?:does|do|would) (?:[a-z0-9]+ ){1,10}sound|(?:is|would) (?:that|this) (?:be )?(?:a )?(?:fair|deal)|(?:that|this|it) (?:is|seems|sounds|looks) (?:very |more |only |pretty )?fair|that's fair|sounds fair|(?:not|isn't|don't think (?:that|this|it) is|seem) fair|meet in the middle|compromise|willing to (?:trade|give|let|share|part|accept|settle|take|offer|go|split|negotiate|do|pay)|(?:okay|ok|open|fine|agree|willing|alright|good) (?:with|to) (?:me|you|my|us) (?:having|taking|getting|keeping|giving)|you (?:can|could|may|would|get to|will) (?:then )?(?:have|keep|take|get) (?:all|both|the rest|the remaining|the other|most|[0-9]|one|two|three|my)|(?:the )?rest (?:for|to|of (?:them|it) to|goes to) you|(?:i|we)(?:'ll| will| can| could| would|'d)? (?:(?:give|offer|trade|spare|sacrifice) (?:you|u|up) (?:all|both|the rest|my|the|an?|[0-9]|one|two|three|some|more)|let (?:you|u) (?:have|take|keep|get))|(?:if|and) (?:you|u) (?:can |could |would |will |only )*(?:give|gave|let|spare)(?: (?:me|us|him))? (?:have |take )?(?:all|both|the (?:rest|other|extra)|just|only|at least|one|two|three|some|more|[0-9])|(?:if|and) (?:you|u|i|we) (?:can |could |would |will |only )*(?:take|took|get|got|keep|kept|have|had) (?:all|both|the (?:rest|other|extra|remaining)|at least|two|three|[0-9])"),
            cue(3.4, "(?:how about|what about|what if|suppose|would it be (?:ok|okay|fair|possible)|do you think|can we|could we|any way)(?: (?:maybe|instead|that|if|then|just|to))* (?:i|you|we)(?: (?:can|could|would|each|both|just|only|only|maybe))* (?:take|took|get|got|give|gave|have|had|keep|kept|split|trade|share|pay|paid|do|agree)|(?:can|could|will|would|can you) (?:you|u) (?:please |maybe |possibly )?(?:give|spare|share|part with|let me have|let me take|throw in) (?:me |us )?(?:at least|one more|one extra|some extra|some of|two|all|both|extra|more of|[0-9])|(?:i|we)(?:'d| would| will| do| really| just|'ll)* (?:need|want|like|prefer|take|have)(?: to (?:have|get|keep))? (?:at least|as (?:much|many)|all(?: of)? (?:the|three|3)|all [0-9]|a minimum|both)|(?:for me|for you)(?: and|, and|,)? (?:the )?(?:rest|[0-9]|one|two)|(?:i|you|we) (?:get|take|keep) (?:all |the )?(?:[0-9]|one|two|three|both)(?: [a-z]+){1,4} (?:and|,|if) (?:i|you|we|[0-9])|(?:can't|cannot|can not|won't|couldn't) (?:agree|accept|go (?:any )?(?:lower|higher)|part with|spare|give up)|as (?:low|high) as i can|split (?:it|them|the|up|evenly|[a-z]+ (?:evenly|equally))|walk away|do we have a deal|have a deal"),
            cue(4.0, "(?:i(?:'m| am)|so i(?:'m| am)?) (?:proposing|porposing|offering)|i (?:propose|offer) (?:you|that|[0-9a-z]+ (?:of|for))|(?:so|then|if|and) (?:you|u)(?: will| would|'ll)? (?:give|giving) (?:me|us) (?:all|both|[0-9]|one|two|three|the)|(?:asking|want|expecting) (?:me|us) to give|give us all of|the rest (?:you|u) (?:can|may|could) (?:have|keep|take)|(?:give|leave) (?:you|u) (?:all |with )?the rest|make a deal|(?:does|is) (?:that|the|your) offer (?:still )?(?:stand|good|open|valid)|(?:work|figure|sort) (?:something|it|this) out (?:if|so|between|where|that)|how (?:does|do|would) [^.!?\n]{2,80} sound|would (?:you|u) like to (?:take|keep|have) (?:[0-9]|one|two|three|all|both)|(?:you|u) (?:can|may|could|would) (?:have|keep|take) (?:[0-9a-z]+ ){1,6}(?:if|and|but|in) (?:i|you|u|we)|any chance (?:i|we) (?:can|could|might) ?(?:get|have) (?:[0-9]|one|two|three|all|both|a few|some|more)|work on the (?:price|food|terms|rest)|(?:will|would) (?:you|u) (?:give|put in)|your (?:initial|first|last|current|previous) offer|[0-9] (?:for )?me,? (?:and )?[0-9] (?:for )?you|[0-9] (?:for )?you,? (?:and )?[0-9] (?:for )?me|hoping (?:to be able )?to (?:get|score|have) [0-9]|i(?:'ll| will) give (?:up )?[0-9]|i can (?:accept|go for|agree to|live with) [^.!?\n]{0,60}(?:but|if|and)(?: [a-z]+){0,4} (?:you|give|rest)"),
            cue(1.8, "exceptions?|waive|flexible|flexibility|leeway|extension|accommodat(?:e|ion)"),
        ],
    )
    .unless("will you give (?:me|us) (?:an?|the|my|your) (?:refund|call|ring|answer|hand|update)|give [0-9] stars?|exception (?:error|thrown|handling|at line)|(?:null|unhandled|runtime) ?(?:pointer )?exception|(?:chrome|browser|file|phone) extension|extension (?:cord|cable|number|lead)|compensation policy|are there any exceptions|with the exception of|hotel accommodation|flexible (?:ticket|fare|cable|tube|dates)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::check;

    #[test]
    fn price_table() {
        check(
            SignalKind::NegotiatePrice,
            &[
                "Can you give me a discount?",
                "Could you do it for 80 euros?",
                "I found it cheaper elsewhere, can you match the price?",
                "what's the best price for 50 units",
                "Any chance of 20% off?",
                "That is too expensive, can you lower the price",
            ],
            &[
                "my discount code does not work",
                "What does it cost?",
                "The discount was not applied",
                "How much is shipping?",
                "Is there a cheaper shipping option?",
                "How about 6 PM?",
                "can you make it 10 am instead",
                "how about 9:05",
            ],
        );
    }

    #[test]
    fn terms_table() {
        check(
            SignalKind::NegotiateTerms,
            &[
                "Could you make an exception for me?",
                "Can I pay in installments?",
                "please waive the late fee",
                "Can you extend the return window by a week?",
                "I know it's past the 30 days but can you take it back just this once",
                "I want compensation for this",
                "I'd let you have the bigger tent if you could spare two blankets",
                "How about I take one lamp and you keep the rest?",
                "would you be ok with me having both ropes",
                "Hmm, that is not fair, I need at least three of them",
                "I am willing to trade my seat for a later flight",
                "So you will give me 3 lamps and no bulbs?",
                "I am proposing you keep the tent",
                "I can go for two blankets, the rest you can have",
                "How does a week longer, at the old rate, sound?",
            ],
            &[
                "I get a null pointer exception",
                "Do you sell an extension cord?",
                "What is your return policy?",
                "When is the deadline?",
                "I'll take two large pizzas and a cola",
                "Can I have three tickets for Friday?",
                "how about tomorrow at noon",
                "here is my number, it is 7",
                "That sounds great, I will take two",
            ],
        );
    }
}
