//! The right to a human does not depend on English: native phrasings of the other languages.
//!
//! Each language has who (`PERSON`-like), how one asks to speak with them, the role alone, and the wish to be rid of the
//! bot. Accents are often left out in chats, so that both spellings stand here.

use crate::cue::{Cue, raw_cue};

/// A request, in any of the languages.
const CLEAR: f32 = 5.2;
/// A bot that is not wanted.
const NO_BOT: f32 = 3.4;

pub(super) fn cues() -> Vec<Cue> {
    [german(), french(), spanish(), italian(), portuguese(), dutch(), hindi(), arabic()].into_iter().flatten().collect()
}

/// `^ who $` with the courtesies of the language around it.
fn alone(who: &str, courtesies: &str) -> Cue {
    raw_cue(CLEAR, &format!("^[^a-zA-Z0-9]*(?:(?:{courtesies}) ?,? ?)*{who}(?:[ ,]+(?:{courtesies}))*[^a-zA-Z0-9]*$"))
}

fn german() -> Vec<Cue> {
    let who = "(?:(?:echten?|echter|richtigen?|menschlichen?|lebenden?|anderen?|kompetenten?|zuständigen?|realen?) )*(?:mensch(?:en)?|mitarbeiter(?:in|n|innen)?|person|berater(?:in)?|kundenberater(?:in)?|sachbearbeiter(?:in)?|ansprechpartner(?:in)?|vorgesetzten?|chef(?:in)?|kollegen|kollegin|support|kundendienst|kundenservice|kundenbetreuung|kundensupport|service|team|agenten|techniker|manager|filialleiter|abteilung|operator)";
    let a = "(?:einem|einer|einen|eine|ein|dem|der|den|die|das|euren|eurem|ihrem|ihren|nen|nem|ner|irgendeinem)";
    vec![
        raw_cue(
            CLEAR,
            &format!(
                "(?:mit|an|zu|zum|zur) (?:{a} )?(?:{who}|jemand(?:em|en)?)(?: [^ .!?]+){{0,4}}? (?:sprechen|reden|verbinden|weiterleiten|weitergeleitet|verbunden|sprech|telefonieren|durchgestellt|durchstellen|chatten|schreiben|spreche|rede|kommunizieren|weitergeben|übergeben|unterhalten)"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:sprechen|reden|verbinden|verbinde|verbindet|leite|leiten|stellen|stell|durchstellen|weiterleiten|rede|spreche|gib|geben|hol|holen)(?: [^ .!?]+){{0,3}} (?:mit|an|zu|zum|zur|mir) (?:{a} )?(?:{who}|jemand)"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:brauche|möchte|moechte|will|wünsche|hätte gern|hätte gerne|verlange|suche|gib mir|geben sie mir|hol mir|kriege|bekomme)(?: (?:ich|bitte|jetzt|sofort|endlich|gern|gerne|nur|einfach|mal|doch))* (?:{a} )?(?:echten?|richtigen?|menschlichen?|anderen)? ?(?:mensch(?:en)?|mitarbeiter(?:in)?|ansprechpartner(?:in)?|kundenberater(?:in)?|kontakt zu (?:{a} )?(?:{who}))"
            ),
        ),
        raw_cue(
            4.6,
            &format!(
                "(?:gibt es|gibt's|ist|kann|könnte|kann mir|könnte mir|kann sich)(?: (?:da|hier|bei euch|bei ihnen|denn|mir|mich|sich|bitte|auch|irgendwo|vielleicht|bei mir|nicht))* (?:jemand(?:en)?|{a} {who}),?(?: [^ .!?]+){{0,5}}? ?(?:sprechen|reden|anrufen|zurückrufen|helfen|melden|mensch|kümmern|ansehen|anschauen|übernehmen|erreichbar|erreichen|persönlich)"
            ),
        ),
        raw_cue(
            4.4,
            "(?:rufen sie mich|ruft mich|ruf mich|bitte um rückruf|rückruf bitte|persönlich (?:sprechen|reden)|menschliche[nrs]? (?:hilfe|unterstützung|kontakt|ansprechpartner|mitarbeiter)|echte[nr]? (?:mensch|menschen|person|mitarbeiter)|stell(?:en sie)? mich (?:bitte )?(?:zu |an )?[^.!?]{0,30}durch)",
        ),
        raw_cue(
            NO_BOT,
            "(?:nicht|kein(?:e|en|em|er)?|keine lust|statt|genug von)(?: [^ .!?]+){0,3} (?:mit|zu|von|an)? ?(?:einem|einer|diesem|dieser|der|dem|ner|nem)? ?(?:bots?|chatbots?|roboter|maschine|computer|ki|automaten)(?: [^ .!?]+){0,2}? (?:sprechen|reden|schreiben|chatten|diskutieren|unterhalten|zu tun)|kein(?:en)? (?:chat)?bot (?:mehr|bitte)",
        ),
        alone(
            &format!(
                "(?:{a} )?(?:echter |echten |richtiger |richtigen |menschlicher )?(?:mensch(?:en)?|mitarbeiter(?:in)?|kundenberater(?:in)?|kundendienst|kundenservice|ansprechpartner|menschliche hilfe)"
            ),
            "bitte|jetzt|sofort|hallo|nein|ich|will|möchte|einen?|danke|endlich",
        ),
    ]
}

fn french() -> Vec<Cue> {
    let who = "(?:(?:vrai|vraie|véritable|veritable|autre|réel|réelle) )*(?:personnes?|humains?|êtres? humains?|etre humain|conseill(?:er|ère|ere)s?|agents?|responsables?|opérat(?:eur|rice)|operateur|quelqu'un|quelqu un|qqn|représentant|representant|technicien(?:ne)?|superviseur|supérieur|manager|gérant|directeur|employée?|collaborateur|service (?:client|clients|clientèle|technique|après-vente)|service|support|sav|téléconseiller|équipe)(?: (?:humaine?|réelle?|physique|en chair et en os|vivante?))?";
    let a = "(?:une?|le|la|l'|les|un de vos|une de vos|l'un de vos|votre|vos|des|un des|du|au)";
    vec![
        raw_cue(
            CLEAR,
            &format!(
                "(?:parl(?:er|e|ez)|discut(?:er|e)|échanger|echanger|communiquer|contact|relation|communication|ligne|rapport|téléphone|connecté|joindre|dialoguer|entretenir|m'adresser|m'entretenir)(?: (?:directement|maintenant|plutôt|svp|immédiatement|tout de suite|en direct))* (?:à|a|avec|au|aux) ?(?:{a} ?)?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:pass(?:er|ez|e)|transfér(?:er|ez|e)|transfer(?:er|ez|e)|me transférer|mettre|mettez|connect(?:er|ez)|redirig(?:er|ez)|orient(?:er|ez))[ -](?:moi |nous |mon appel |la conversation |ma demande )?(?:[^ .!?]+ ){{0,4}}?(?:à|a|avec|au|vers|chez) ?(?:{a} ?)?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:passez|passe|donnez|donne|trouvez)-moi (?:{a} ?)?{who}|(?:joindre|contacter|avoir|voir|appeler|besoin d'|veux|voudrais|souhaite|exige|demande|préfère)(?: (?:avoir|bien|voir|joindre|contacter|parler))* ?(?:{a} ?)?(?:vrai |vraie |véritable |autre )*(?:humain|être humain|conseill(?:er|ère)|agent|opérateur|personne|quelqu'un|responsable)"
            ),
        ),
        raw_cue(
            4.6,
            "(?:y a-t-il|y a t il|il y a|est-ce qu'il y a|existe-t-il)(?: [^ .!?]+){0,3}? (?:quelqu'un|humains?|conseiller|agent|personne|être humain)|(?:est-ce que |est ce que )?quelqu'un (?:peut|pourrait|peut-il|pourrait-il|va) (?:[^ .!?]+ ){0,2}(?:rappeler|appeler|m'aider|répondre|contacter|parler)|(?:pouvez-vous|pourriez-vous|peux-tu|merci de|veuillez) (?:me )?(?:rappeler|téléphoner)|rappelez-moi|appelez-moi|un humain",
        ),
        raw_cue(
            NO_BOT,
            "(?:pas|plus|marre|assez|arrêtez|stop)(?: [^ .!?]+){0,4} (?:à|a|avec|de|d'|par|un|le|ce|cette|une) ?(?:un |une |le |ce |cette |des |ces )?(?:robots?|bots?|machines?|chatbots?|ordinateurs?|répondeur)",
        ),
        alone(
            &format!(
                "(?:{a} ?)?(?:vrai |vraie |véritable |autre )*(?:humain|être humain|conseill(?:er|ère)|opérateur|vraie personne|agent humain|service client|personne réelle)"
            ),
            "svp|s'il vous plaît|s'il vous plait|stp|bonjour|maintenant|non|merci|tout de suite|vite",
        ),
    ]
}

fn spanish() -> Vec<Cue> {
    let who = "(?:(?:verdader[oa]|otr[oa]) )*(?:personas?|humanos?|ser humano|agentes?|representantes?|operador(?:es|a)?|operadora|alguien|alguno|encargad[oa]|supervisor(?:a)?|gerente|asesor(?:a|es)?|ejecutiv[oa]|jef[ea]|responsable|técnico|tecnico|empleado|servicio (?:al cliente|de atención)|atenci[oó]n al cliente|soporte|equipo|compañero)(?: (?:real|humano|humana|de verdad|viva|físic[oa]))?";
    let a = "(?:una?|el|la|los|alg[uú]n|alguna|su|tu|sus|con|un@|uno de sus|alguno de sus|vuestro)";
    vec![
        raw_cue(
            CLEAR,
            &format!(
                "(?:habl(?:ar|o|e)|hable|hablarle|chatear|platicar|conversar|comunicar(?:me|se)?|comun[ií]queme|comun[ií]came|contactar(?:me)?|contacto|conect(?:ar|arme|en|e|a)|con[eé]ctame|con[eé]cteme|dialogar|tratar|comunicaci[oó]n)(?: (?:directamente|ahora|mejor|ya|por favor|mismo|en persona))* (?:con|a|al) (?:{a} )?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:p[aá]s(?:ar|e|a|en|eme|ame|arme|enme)|transfi[eé]r(?:a|e|eme|ame)|transferir(?:me)?|pon(?:ga|gan|erme|er|me|game)|p[oó]n(?:game|gan|me)|der[ií]v(?:eme|ame)|derivar(?:me)?|comunicar|env[ií]e(?:me)?)(?: [^ .!?]+){{0,3}}? (?:con|a|al) (?:{a} )?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            "(?:quiero|necesito|quisiera|deseo|prefiero|exijo|busco|d[eé]me|dame|me gustar[ií]a|solicito|requiero)(?: (?:hablar|que|me|atienda|ayude|contacte|tener|con|ver|a|de|la|ayuda|atenci[oó]n))* (?:una?|el|la|un)? ?(?:verdader[oa] )?(?:humano|ser humano|persona(?: real| humana| de verdad)|persona[^a-zA-Z]*$|agente|operador(?:a)?|representante|asesor(?:a)?|persona)",
        ),
        raw_cue(
            4.6,
            "(?:hay|existe|habr[aá])(?: [^ .!?]+){0,2}? (?:alguien|alguna persona|humanos?|alg[uú]n (?:humano|agente|operador)|agentes?|personas)(?: [^ .!?]+){0,5}|(?:puede|podr[ií]a|pueden|podr[ií]an) (?:alguien |una persona |un agente )(?:[^ .!?]+ ){0,2}?(?:llamar|ayudar|contactar|atender|hablar)|(?:me )?(?:puede|podr[ií]a|pueden|puedes) (?:llamar|llamarme)|ll[aá]m(?:eme|enme|ame)|que me (?:llame|llamen|atienda) (?:alguien|una persona|un)?|atenci[oó]n (?:humana|personal(?:izada)?)|persona (?:real|de verdad|de carne y hueso)",
        ),
        raw_cue(
            NO_BOT,
            "(?:no|hart[oa]|basta|cansad[oa]|deja|nada)(?: [^ .!?]+){0,4} (?:con|de|a|por) (?:una?|el|la|este|esta|estos|un)? ?(?:robots?|bots?|m[aá]quinas?|chatbots?|contestador|computadora|ordenador)",
        ),
        alone(
            "(?:una? |el |la |con una? )?(?:humano|ser humano|persona(?: real| humana)?|agente(?: humano| real)?|operador(?:a)?|representante|asesor(?:a)?|atenci[oó]n al cliente|supervisor)",
            "por favor|porfavor|porfa|hola|ya|ahora|quiero|no|gracias",
        ),
    ]
}

fn italian() -> Vec<Cue> {
    let who = "(?:(?:vero|vera|altro|altra|vostro|vostra|reale) )*(?:person[ae]|operator[ei]|operatrice|uman[oi]|qualcuno|qualcun altro|responsabile|essere umano|agente|consulente|addetto|assistente umano|rappresentante|supervisore|direttore|dipendente|tecnico|servizio clienti|assistenza(?: clienti)?|manager|capo|superiore|collega)(?: (?:umano|umana|reale|vero|vera|in carne ed ossa))?";
    let a = "(?:una?|un'|il|la|lo|l'|uno|un vostro|una vostra|qualche|dei)";
    vec![
        raw_cue(
            CLEAR,
            &format!(
                "(?:parl(?:are|o|i)|parlarne|comunicare|chattare|conversare|discutere|interagire|contatto|mettermi in contatto|collegarmi|avere a che fare|in linea)(?: (?:direttamente|subito|ora|adesso|per favore|invece|al telefono))* (?:con|a|al|ad|all') ?(?:{a} ?)?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:pass(?:are|armi|ami|atemi|i|a|ate)|mi pass[ia]|trasfer(?:ire|irmi|iscimi|itemi|isca)|mett(?:ere|ermi|etemi|imi|ami)|colleg(?:are|armi|ami|atemi)|inoltr(?:are|armi|ami)|connett(?:ere|imi|etemi))(?: [^ .!?]+){{0,3}}? ?(?:con|a|al|ad|all')? ?(?:{a} ?)?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            "(?:voglio|vorrei|desidero|preferisco|pretendo|ho bisogno di|mi serve|datemi|dammi|chiedo|posso avere|esigo|richiedo)(?: (?:parlare|avere|con|di|che|mi|aiuti|l'aiuto|un aiuto))* (?:una?|un'|il|l'|uno)? ?(?:vero |vera )?(?:operatore|operatrice|essere umano|umano|persona(?: vera| reale| umana)?|consulente|addetto|responsabile|agente)",
        ),
        raw_cue(
            4.6,
            "(?:c'è|c'e|ci sono|esiste|è possibile)(?: [^ .!?]+){0,3}? (?:qualcuno|umani|operatori|operatore|persona|persone|essere umano|responsabile)(?: [^ .!?]+){0,4} (?:parlare|parlarne|aiutarmi|umano|umani|disponibile|aiuti)|(?:qualcuno|una persona|un operatore) (?:può|puo|potrebbe|mi può|che)(?: [^ .!?]+){0,2} (?:chiamarmi|richiamarmi|aiutarmi|contattarmi|rispondermi|parlare con me)|(?:potete|potreste|può|puoi) (?:richiamarmi|chiamarmi)|richiamatemi|chiamatemi|richiamami|mi richiami|assistenza umana|persona (?:vera|reale|in carne)",
        ),
        raw_cue(
            NO_BOT,
            "(?:non|basta|stufo|stufa|stanco|smett(?:ere|etela))(?: [^ .!?]+){0,4} (?:con|a|da|di|ai|i|dei|coi) ?(?:un |una |il |la |questo |questa |i |questi )?(?:robot|bot|macchin[ae]|chatbot|computer|risponditore)",
        ),
        alone(
            "(?:una? |un'|il |con una? |con un )?(?:operatore|operatrice|essere umano|umano|persona(?: vera| reale)|persona|operatore umano|servizio clienti|assistenza umana|responsabile)",
            "per favore|per piacere|grazie|subito|ora|adesso|ciao|salve|no|voglio|x favore",
        ),
    ]
}

fn portuguese() -> Vec<Cue> {
    let who = "(?:(?:verdadeir[oa]|outr[oa]) )*(?:pessoas?|human[oa]s?|ser humano|atendentes?|algu[eé]m|alguem|gerente|supervisor(?:a)?|operador(?:a)?|agente|representante|consultor(?:a)?|funcion[aá]ri[oa]|respons[aá]vel|assistente humano|especialista|colaborador(?:a)?|t[eé]cnico|suporte|equipe|atendimento|chefe|colega)(?: (?:real|human[oa]|de verdade|de carne e osso))?";
    let a = "(?:uma?|o|a|os|algum|alguma|seu|sua|um dos|uma das|o seu)";
    vec![
        raw_cue(
            CLEAR,
            &format!(
                "(?:fal(?:ar|o|e)|falar|conversar|converse|contat(?:ar|o)|contacto|comunicar|tratar|teclar|conectar|dialogar|ser atendid[oa] por|atendimento|em contato)(?: (?:diretamente|agora|logo|por favor|mesmo|j[aá]))* ?(?:com|a|ao|por)? (?:{a} )?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:transf(?:erir|ere|ira|iram|era)|transfira|transfere|pass(?:ar|e|a|em)|encaminh(?:ar|e|a|em)|conect(?:ar|e|a)|direcion(?:ar|e|a)|coloc(?:ar|a|que)|me p[oõ]e)(?:-me)?(?: [^ .!?]+){{0,3}}? (?:com|para|pra|pro|a|ao) (?:{a} )?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            "(?:quero|preciso|gostaria|queria|desejo|prefiro|exijo|necessito|chama|chame|me d[aê]|solicito)(?: (?:falar|de|com|ter|que|ajuda|o|atendimento|um|uma))* (?:verdadeir[oa] )?(?:atendente|humano|ser humano|pessoa(?: real| humana| de verdade)?|operador(?:a)?|atendimento humano|agente|algu[eé]m)",
        ),
        raw_cue(
            4.6,
            "(?:tem|h[aá]|existe|teria)(?: [^ .!?]+){0,2}? (?:algu[eé]m|alguem|alguma pessoa|algum (?:humano|atendente)|atendentes?|humanos?|pessoas?)(?: [^ .!?]+){0,4} (?:falar|ajudar|a[ií]|atender|dispon[ií]vel|conversar|humano)|(?:algu[eé]m|uma pessoa|um atendente) (?:pode|poderia|consegue|que possa)(?: [^ .!?]+){0,2}? (?:ligar|ajudar|atender|falar|contatar|contactar|responder)|(?:podem|pode|poderia|poderiam) (?:me )?ligar|me (?:liga|ligue|liguem)|liguem?-me|atendimento humano|pessoa (?:real|de verdade)",
        ),
        raw_cue(
            NO_BOT,
            "(?:n[aã]o|chega|cansad[oa]|fart[oa]|cansei|parem?)(?: [^ .!?]+){0,4} (?:com|de|por|a) ?(?:uma? |o |a |esse |essa |este |esta )?(?:rob[oôó]s?|bots?|m[aá]quinas?|chatbots?|computador|gravaç[aã]o)",
        ),
        alone(
            "(?:uma? |o |a |com uma? )?(?:atendente(?: humano)?|humano|ser humano|pessoa(?: real| de verdade| humana)?|operador(?:a)?|atendimento humano|supervisor)",
            "por favor|pfv|pf|obrigad[oa]|oi|ol[aá]|agora|j[aá]|n[aã]o|quero",
        ),
    ]
}

fn dutch() -> Vec<Cue> {
    let who = "(?:echte? |levende? |andere? )?(?:mens(?:en)?|medewerker|persoon|iemand|manager|collega|leidinggevende|adviseur|klantenservice)";
    vec![
        raw_cue(
            CLEAR,
            &format!(
                "met (?:een |de |jullie |uw )?{who}(?: [^ .!?]+){{0,3}}? ?(?:spreken|praten|chatten|doorverbonden|doorverbinden)"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:doorverbinden|verbind|verbinden|spreken|praten)(?: [^ .!?]+){{0,3}} met (?:een |de |jullie )?{who}"
            ),
        ),
    ]
}

fn hindi() -> Vec<Cue> {
    let who = "(?:इंसान|इन्सान|व्यक्ति|आदमी|मनुष्य|मानव|एजेंट|एजेन्ट|प्रतिनिधि|अधिकारी|मैनेजर|प्रबंधक|सुपरवाइजर|ऑपरेटर|कर्मचारी|कस्टमर केयर|ग्राहक सेवा|कस्टमर सर्विस|किसी|टीम|स्टाफ|सीनियर|एक्सपर्ट)";
    let latin = "(?:insaan|insan|aadmi|admi|vyakti|agent|ejent|manager|executive|customer care|customer service|representative|operator|kisi|human|real person|person|banda|bande|supervisor|senior)";
    vec![
        raw_cue(CLEAR, &format!("{who}(?: [^ ।.!?]+){{0,4}}? (?:बात|कनेक्ट|संपर्क|बोलना|चैट|जोड़|जोड|ट्रांसफर|बातचीत|मिला)")),
        raw_cue(CLEAR, &format!("(?:बात|कनेक्ट|संपर्क|जोड़|ट्रांसफर)(?: [^ ।.!?]+){{0,4}}? {who}")),
        raw_cue(
            CLEAR,
            "(?:असली|वास्तविक|सच्चे|जीवित|किसी) (?:इंसान|व्यक्ति|आदमी|मनुष्य|एजेंट)|(?:इंसान|एजेंट|प्रतिनिधि|ऑपरेटर)(?: (?:से|को|की))? (?:चाहिए|चाहिये|बुलाओ|बुलाइए|मदद|दीजिए|दो)|मानव (?:सहायता|एजेंट|सहायक)",
        ),
        raw_cue(
            4.4,
            "(?:कोई|किसी)(?: [^ ।.!?]+){0,4} (?:कॉल|फोन|फ़ोन)(?: [^ ।.!?]+)? (?:करे|करें|कर|करो|करवा|करा)|मुझे (?:कॉल|फोन|फ़ोन) (?:करें|करो|कीजिए|कर)",
        ),
        raw_cue(NO_BOT, "(?:बॉट|रोबोट|मशीन|चैटबॉट|कंप्यूटर)(?: [^ ।.!?]+){0,3} (?:नहीं|नही|मत|बंद)"),
        raw_cue(
            CLEAR,
            &format!(
                "(?:kisi )?(?:asli |real |live )?{latin} se (?:[a-z]+ ){{0,3}}(?:baat|bat|baath|connect|contact|milwa|chat|sampark)|(?:baat|bat) (?:kara|karwa|karao|karwao|karni|karna)[a-z]* (?:[a-z]+ ){{0,3}}{latin}|(?:kisi|koi) (?:insaan|insan|aadmi|agent|banda|bande)(?: [a-z]+){{0,3}} (?:baat|bat|chahiye|chahie|bulao)|(?:insaan|insan|agent|human) chahi[a-z]+|mujhe call (?:karo|kare|karein|kijiye)"
            ),
        ),
        raw_cue(NO_BOT, "(?:bot|robot|machine) se (?:[a-z]+ ){0,2}(?:nahi|nahin|nhi|mat)"),
    ]
}

fn arabic() -> Vec<Cue> {
    // Prefixed particles (with, to, the, and) are part of the word.
    let who = "(?:[بلو]?(?:ال|لل)?(?:شخص|إنسان|انسان|موظف|موظفة|موظفين|بشري|بشر|مندوب|ممثل|وكيل|مسؤول|مسئول|مدير|مشرف|أحد|احد|احدهم|واحد|حد|خدمة العملاء|خدمه العملاء|الدعم|دعم|الدعم الفني|فريق|مشغل))(?: (?:حقيقي|بشري|آدمي|ادمي|حقيقية|مختص))?";
    vec![
        raw_cue(
            CLEAR,
            &format!(
                "(?:أتحدث|اتحدث|التحدث|أتكلم|اتكلم|التكلم|الكلام|الحديث|تكلم|أكلم|اكلم|نكلم|نتكلم|أحكي|احكي|نحكي|التواصل|أتواصل|اتواصل|تواصل|أحادث|محادثة|الدردشة|الاتصال|أتصل|اتصل)(?: [^ .!؟?]+){{0,2}}? ?(?:مع|إلى|الى|ل|ب|لـ)? ?{who}"
            ),
        ),
        raw_cue(
            CLEAR,
            &format!(
                "(?:حولني|حوّلني|حولوني|تحويلي|تحويل|وصلني|وصّلني|أوصلني|اوصلني|وصلوني|توصيلي|حول|أعطني|اعطني|اعطيني|أعطوني|عطني|أريد|اريد|أحتاج|احتاج|أبغى|ابغى|ابي|أبي|عايز|عاوز|بدي|ممكن)(?: [^ .!؟?]+){{0,3}}? ?(?:إلى|الى|ل|مع|ب|على)? ?{who}"
            ),
        ),
        raw_cue(
            4.6,
            "(?:هل (?:يوجد|هناك|يمكن|في)|في|فيه|يوجد)(?: [^ .!؟?]+){0,2}? (?:شخص|أحد|احد|موظف|حد|إنسان|انسان)(?: [^ .!؟?]+){0,3}? ?(?:أتحدث|اتحدث|أكلم|اكلم|يساعدني|أتكلم|اتكلم|يرد|معه|حقيقي|يتصل)|(?:اتصلوا بي|اتصل بي|كلموني|خلوا حد يكلمني|يتصل بي)|(?:شخص|إنسان|انسان|موظف) (?:حقيقي|بشري|آدمي)",
        ),
        raw_cue(
            NO_BOT,
            "(?:^|[ ،.!])(?:لا|مش|ما|مو|كفاية|زهقت|تعبت)(?: [^ .!؟?]+){0,4} (?:مع |من )?(?:ال)?(?:روبوت|بوت|آلة|ذكاء اصطناعي)(?:[^\u{0600}-\u{06ff}]|[^\u{0600}-\u{06ff}]*$)",
        ),
        raw_cue(
            CLEAR,
            "^[^\u{0600}-\u{06ff}a-zA-Z0-9]*(?:(?:من فضلك|لو سمحت|أريد|اريد|مرحبا|السلام عليكم)[ ،,]*)*(?:موظف|إنسان|انسان|شخص حقيقي|خدمة العملاء|موظف خدمة العملاء|ممثل خدمة العملاء|بشري)(?:[ ،,]*(?:من فضلك|لو سمحت|رجاء|الآن|فورا|بسرعة))*[^\u{0600}-\u{06ff}a-zA-Z0-9]*$",
        ),
    ]
}
