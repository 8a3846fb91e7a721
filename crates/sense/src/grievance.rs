//! Complaint, dispute, legal threat, churn threat.

use baton_model::SignalKind;

use crate::cue::{Detector, cue, mood};

pub(crate) fn detectors() -> [Detector; 4] {
    [complaint(), dispute(), legal(), churn()]
}

fn complaint() -> Detector {
    Detector::new(
        SignalKind::Complaint,
        vec![
            mood(5.4, "(?:file|filing|make|making|lodge|lodging|submit|raise|register|log|have|open|formal|official|serious|written) (?:a |an |my |another )?(?:formal |official |serious |written |consumer |customer )?(?:complaint|compl?p?[ai]{1,2}[mn]t|comp?alint|c?copmlaint|c?omplaint|ccomplaint|ocmplaint|cvomplaint)|i(?:'d like| would like| want| wish| need| have)? to complain|complaints? (?:department|procedure|form)"),
            mood(4.0, "(?:very |really |extremely |so |deeply |completely |totally )?(?:unhappy|dissatisfied|disappointed|disgusted|appalled) (?:with|by|at|in|about)|(?:worst|terrible|horrible|awful|appalling|atrocious|shocking|disgraceful|poor|bad|pathetic|rubbish|lousy|abysmal|dreadful|unacceptable|disgusting) (?:[a-z]+ ){0,2}(?:service|experience|support|company|quality|treatment|customer service|airline|product|communication|delivery|job|app|website|care)|(?:service|experience|quality|support|treatment|food|staff|delivery|communication) (?:was|is|has been|were|are) (?:[a-z]+ )?(?:terrible|horrible|awful|appalling|unacceptable|poor|bad|rude|disgusting|pathetic|a joke|atrocious|shocking|a disgrace|rubbish|non-?existent)"),
            mood(3.2, "complain(?:t|ing|ed)?|unacceptable|disgraceful|(?:not|isn't|wasn't) (?:good enough|acceptable|what i (?:paid|ordered|expected|was promised))|ripped? off|rip-?off|scam(?:med|mers?)?|false advertising|misleading|misled|lied to|broken promises?|negligen(?:t|ce)|you (?:lost|broke|ruined|damaged|ignored|promised)|refus(?:ed|es|ing) to (?:help|refund|replace|honou?r)|no one (?:cares|helps|answers|responds|replies)|nobody (?:cares|helps|answers|responds|replies)"),
            cue(2.0, "rude|unprofessional|incompetent|faulty|defective|damaged|broken|wrong (?:item|order|size|colou?r|product|address|meal|seat)|missing (?:item|part|from)|never (?:arrived|came|received|showed|responded|replied|called|got)|(?:still|yet) (?:no|not|haven't|hasn't|nothing|waiting)|late again|third time|weeks?(?: now)? and|let down|useless|ruined|waste of (?:money|time)|poor quality|terrible|awful|horrible|worst|ridiculous|disappointed|delayed (?:again|for)|been waiting (?:for )?(?:over |more than )?[a-z0-9]+ (?:hours?|days?|weeks?|months?)"),
        ],
    )
    .unless("no complaints?|not complaining|can't complain|without complaint|break(?:s|ing)? even|how (?:do|can) (?:i|we) (?:avoid|prevent)|if (?:it|something|an item|the item|my item) (?:is|arrives|comes|gets) (?:damaged|broken|faulty|defective)|what (?:if|happens if)")
}

fn dispute() -> Detector {
    Detector::new(
        SignalKind::Dispute,
        vec![
            cue(5.2, "charge ?backs?|dispute (?:the|this|a|my|that|these)|(?:want|like|going|need) to dispute|disputing|(?:call|contact|go to|through|report (?:it|this) to) my (?:bank|card (?:company|issuer)|credit card)|unauthori[sz]ed (?:charge|payment|transaction|debit|withdrawal|purchase)s?|fraudulent(?:ly)?|(?:did not|didn't|never|haven't) (?:authori[sz]e|authori[sz]ed|approve|agree to|agreed to|consent)"),
            cue(4.4, "(?:charged|billed|debited|paid|deducted) (?:me |my card |my account |us )?(?:twice|two times|double|three times|again|multiple times|too much|extra|the wrong amount|more than)|double[- ](?:charged?|billed|payment)|over ?charged|(?:wrong(?:ly)?|incorrect(?:ly)?) (?:charge|charged|billed|amount|invoice)|don't (?:recogni[sz]e|remember) (?:this|the|a|that) (?:charge|payment|transaction)|charges? i (?:did not|didn't|don't) (?:make|recogni[sz]e|authori[sz]e)|(?:never|didn't|did not) (?:order|ordered|buy|bought|sign up|signed up|subscribe|subscribed)|(?:charges?|transactions?|purchases?|payments?|withdrawals?|bills?)(?: [a-z]+){0,7}? (?:i|we) (?:did not|didn't|do not|don't|never|didnt|dont|have not|haven't) (?:mean to |intend to |even |actually )?(?:make|made|recogni[sz]e|authori[sz]e|approve|intend|know|receive|remember)|(?:suspicious|strange|unknown|unrecogni[sz]ed) (?:activity|charge|transaction|payment|purchase)s?|(?:someone|somebody) (?:[a-z]+ )?(?:billed|charged|used|bought|spent)|for something i (?:didn't|did not|never)|(?:reverse|contest) (?:the|this|that|a) (?:charge|transaction|payment)"),
            cue(3.2, "(?:money|refund) (?:was )?(?:stolen|taken)|stole (?:my )?money|hidden (?:fee|charge|cost)s?|you owe me|want my money back|give me my money back|that(?:'s| is) not what (?:we agreed|i agreed|i was told|i was quoted)|i (?:disagree|contest|reject)"),
        ],
    )
    .unless("undisputed|no dispute|(?:how|what) (?:do|does|is|are) (?:you|a|the) (?:handle )?(?:chargebacks?|disputes?)")
}

fn legal() -> Detector {
    Detector::new(
        SignalKind::LegalThreat,
        vec![
            cue(5.4, "(?:my|our|a|an) (?:lawyer|attorney|solicitor|barrister)s?|(?:lawyer|attorney|solicitor)s? (?:will|is|are|has)|legal (?:action|proceedings|steps|advice|counsel|department|team|recourse|remedies|consequences)|(?:will|going to|gonna|i'll|we'll|can|could|want to|have to) sue|suing|sue (?:you|your|the company)|law ?suits?|small claims|(?:take|see|taking|seeing) (?:you|this|it|them) (?:all )?(?:to|in) court|class action|press charges|litigation|cease and desist"),
            cue(4.4, "ombudsman|trading standards|better business bureau|bbb|consumer (?:protection|affairs|rights|council|agency)|federal trade commission|ftc|attorney general|data protection (?:authority|commissioner|officer)|(?:gdpr|ccpa) (?:complaint|violation|breach|request)|regulat(?:or|ory (?:body|authority))|financial conduct authority|cfpb|report (?:you|your company|this company|this) to (?:the|your)|breach of (?:contract|law)|(?:it's|is|this is|that's) (?:illegal|against the law|unlawful|theft|fraud)|verbraucherzentrale|anwalt"),
            cue(2.6, "illegal|unlawful|my rights|consumer law|liable|liability|sue|court|police|statutory|go(?:ing)? to the (?:press|media|news|papers|police)"),
        ],
    )
    .unless("(?:tennis|basketball|food|squash|badminton|volleyball|crown|court) (?:court|shoes?|side)|courtyard|(?:i am|i'm|work as|she is|he is|for) an? (?:lawyer|attorney|solicitor)|limited liability|(?:first )?name (?:is )?sue|sue (?:[a-z]+ )?here|power of attorney|police (?:report|officer|station|check|discount|uniform)")
}

fn churn() -> Detector {
    Detector::new(
        SignalKind::ChurnThreat,
        vec![
            cue(5.2, "(?:take|taking|took) (?:my|our) (?:business|money|custom) (?:elsewhere|somewhere else|to)|(?:will|won't|i'll|we'll|shall|would|am|i'm)?(?: not| never| be never)? ?(?:never|not) (?:be )?(?:buy|buying|order|ordering|shop|shopping|use|using|fly|flying|book|booking|come|coming|deal|dealing|do|doing|recommend|purchase|stay|spend)(?:ing)? (?:[a-z']+ ){0,4}(?:again|ever again|anymore|any more)|(?:lost|losing|lose) (?:a|an|me as a|this|another) (?:loyal |long[- ]?time |good |valued )?customer|(?:(?:this (?:is|was|will be)|that(?:'s| is| was)) (?:the |my |our )?(?:very )?last time|(?:the )?last time (?:i|we)(?:'ll| will)? (?:ever )?(?:buy|order|shop|use|fly|book|deal|stay|come)|never again)(?: (?:i|we|will|with|using))?|i(?:'m| am)(?: so)? (?:leaving (?:you|your|this (?:company|bank|provider|service))|(?:done|finished|through) with (?:you(?:r [a-z]+| guys| people| lot)|this (?:company|bank|provider|service|airline|shop|store))|switching (?:bank|provider|carrier|compan|to)[a-z]*|out of here|moving to (?:another|a different|your))|(?:switch|switching|move|moving|change|changing|go|going) (?:[a-z]+ )?to (?:a |an |another |your |the )?(?:competitor|competition|different (?:company|provider|bank|carrier|airline)|another (?:company|provider|bank|carrier|airline)|other (?:company|provider|bank|carrier))"),
            cue(3.6, "(?:cancel|cancelling|canceling|close|closing|terminate|terminating|end|ending|delete|deleting|quit) (?:my|our|this|the|all my) (?:[a-z]+ )?(?:account|subscription|membership|contract|plan|policy|service|line|card)s?|unsubscribe me|(?:want|need|like|going) to (?:leave|cancel) (?:you|your (?:company|service))|find (?:another|a better|a different) (?:company|provider|bank|carrier|airline|shop|store|hotel|supplier|service|place to)|competitors? (?:is|are|offers?|has|have|gives?)|go(?:ing)? elsewhere|somewhere else|(?:1|one|zero|0)[- ]stars?|bad review|(?:tell|telling|warn|warning) (?:everyone|everybody|my friends|people|others)|thinking (?:of|about) (?:leaving|switching|cancelling|canceling)"),
        ],
    )
    .unless("how (?:do|can|would) i (?:close|cancel|delete) (?:my|the|an) (?:[a-z]+ )?(?:account|subscription|card|plan|membership|policy)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::check;

    #[test]
    fn complaint_table() {
        check(
            SignalKind::Complaint,
            &[
                "I want to file a complaint",
                "The worst customer service I have ever had",
                "I'm very unhappy with the quality",
                "this is unacceptable, the item arrived broken",
                "I'd like to complain about the courier",
            ],
            &[
                "no complaints so far",
                "What happens if my item arrives damaged?",
                "Where is my order?",
                "I can't complain, works well",
            ],
        );
    }

    #[test]
    fn dispute_table() {
        check(
            SignalKind::Dispute,
            &[
                "You charged me twice",
                "I didn't authorize this payment",
                "I'll do a chargeback",
                "I was overcharged on my last bill",
                "I never ordered this",
            ],
            &["When will I be charged?", "How do you handle disputes?", "Did my payment go through?"],
        );
    }

    #[test]
    fn legal_table() {
        check(
            SignalKind::LegalThreat,
            &[
                "You will hear from my lawyer",
                "I'm going to sue you",
                "I will take legal action",
                "I'll report you to trading standards",
                "see you in court, small claims it is",
            ],
            &[
                "I need a tennis court booking",
                "Hi, my name is Sue",
                "I'm a lawyer and need an invoice",
                "I attached the police report",
            ],
        );
    }

    #[test]
    fn churn_table() {
        check(
            SignalKind::ChurnThreat,
            &[
                "I will never shop here again",
                "I'm taking my business elsewhere",
                "You just lost a customer",
                "I'm done with you people",
                "this is the last time I order here",
                "I'm switching to a competitor",
                "close my account, I'm done with you",
            ],
            &[
                "How do I cancel my subscription?",
                "cancel my order please",
                "I will order again, great service",
                "when was the last time you updated this?",
                "can you find another flight for me?",
                "I'm leaving on Friday, is that too late?",
                "Can I move to another seat?",
            ],
        );
    }
}
