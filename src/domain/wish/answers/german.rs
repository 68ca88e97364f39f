//! German orders for an answer.

use super::acts::{Groups, Table};

pub(super) const GROUPS: Groups = &[
    (
        "<P>",
        "(?:(?:bitte|mal|doch|kurz|einfach|vielleicht|dann|auch|gern|gerne|höflich|freundlich|kannst du)[, ]+)*",
    ),
    (
        "<IHR>",
        "(?P<who>ihm|ihr|ihnen|ihn|sie|euch|allen|der (?:kundin|dame|frau)|dem (?:kunden|mann|herrn|gast)|den leuten)",
    ),
    (
        "<S>",
        "(?: (?:bitte|mal|doch|kurz|noch|auch|ganz|sehr|lieb|herzlich|höflich|freundlich|vielmals|aufrichtig|gern|gerne|nochmal|nett|zurück|von uns|warm|einfach))*",
    ),
    (
        "<NETT>",
        "(?:freundlich|nett|höflich|sachlich|ruhig|kurz|locker|lustig|witzig|lieb|herzlich|professionell|gelassen|ehrlich|bescheiden|cool|entspannt|positiv|neutral|verständnisvoll|dankbar|knapp|fröhlich|charmant|diplomatisch|respektvoll|geduldig)",
    ),
    (
        "<SAG>",
        "(?:sage?|schreibe?|antworte?|erkläre?|erwähne?|betone?|erzähle?|bestätige?|versichere?|verrate?|gib zu|füge? hinzu|teile?|verspr(?:ich|eche?)|richte?|lass|informiere?|meld)",
    ),
];

pub(super) const ACTS: Table = &[
    // How to write.
    (
        r"<P>(?:sei|bleibe?|klinge?|antworte?|reagiere?|schreibe?|formuliere?|halte? (?:es|das|dich))(?: bitte| ganz| sehr| mal| eher| schön| recht)* <NETT>(?:(?:,| und| aber)+ (?:ganz |sehr )?<NETT>)*",
        "",
    ),
    (
        r"<P>(?:nimm|nehmt|nehmen wir|nehme?) (?:es|das|ihn|sie) (?:bitte )?(?:mit humor|locker|sportlich|gelassen|leicht|nicht (?:so )?(?:ernst|persönlich|schwer))|<P>(?:antworte? |reagiere? )?(?:mit (?:humor|einem augenzwinkern|einem lächeln)|augenzwinkernd)|<P>geh nicht (?:darauf|drauf) ein|<P>(?:keine|ohne) (?:diskussion|emojis?|hashtags?|links?|versprechen|ausreden)",
        "",
    ),
    // What has to be made up.
    (
        r"<P>(?:mache?|reiße?|erzähle?)(?: <IHR>)? (?:einen?|'?nen?|ein paar) (?:\S+ )?(?:witze?|spruch|sprüche|scherze?|wortspiel)\b.*|<P>(?:schreibe?|sage?)(?: <IHR>)? (?:was|etwas|irgendwas) .+|<P><SAG>(?: <IHR>)?,? (?:warum|wieso|weshalb|wie|was|wann|wo|wer) .+|<P>(?:gib|nenne?)(?: <IHR>)? (?:ein paar |einige )?(?:tipps|ratschläge|ideen|gründe)\b.*|<P>muntere? <IHR> auf",
        "?",
    ),
    // Thanks.
    (
        r"<P>(?:(?:bedanke?|bedank) dich<S>(?: bei <IHR>)?<S>|danke? <IHR><S>|sage?(?: ihr| ihm| ihnen)? (?:danke|vielen dank|dankeschön|merci)(?: schön)?<S>)",
        "Vielen Dank.",
    ),
    (
        r"<P>(?:(?:bedanke?|bedank) dich<S>(?: bei <IHR>)?<S>|danke? <IHR><S>|sage?(?: ihr| ihm| ihnen)? (?:danke|vielen dank)<S>) für (?P<what>.+)",
        "Vielen Dank für $what",
    ),
    // Sorry.
    (
        r"<P>(?:entschuldige?n? (?:dich|uns)<S>(?: bei <IHR>)?<S>|sage?(?: ihr| ihm| ihnen)? (?:entschuldigung|sorry)|bitte?(?: <IHR>)? um (?:entschuldigung|verzeihung)|entschuldigung sagen|sage?(?: ihr| ihm| ihnen)?,? (?:dass )?(?:es )?(?:uns )?(?:sehr )?(?:tut es )?(?:tut )?(?:uns )?leid(?: tut)?)",
        "Das tut uns leid.",
    ),
    (
        r"<P>entschuldige? dich<S>(?: bei <IHR>)?<S>,? (?:dafür, )?dass (?P<what>.+)",
        "Es tut uns leid, dass $what",
    ),
    (
        r"<P>entschuldige? dich<S>(?: bei <IHR>)?<S> (?P<what>(?:für|wegen) .+)",
        "Wir entschuldigen uns $what",
    ),
    (
        r"<P>(?:tröste? <IHR>|zeige? (?:mitgefühl|verständnis)|habe? verständnis)",
        "Das tut uns sehr leid.",
    ),
    (
        r"<P>(?:drücke?|sprich|sende?|spreche?)(?: <IHR>)?(?: (?:unser|das|mein))? (?:herzliches |aufrichtiges )?(?:beileid|mitgefühl)(?: aus)?|<P>kondoliere?(?: <IHR>)?",
        "Unser herzliches Beileid.",
    ),
    // Wishes.
    (
        r"<P>(?:gratuliere?|gratulier|beglückwünsche?)(?: <IHR>)?<S>|<P>sage? (?:herzlichen )?glückwunsch",
        "Herzlichen Glückwunsch.",
    ),
    (
        r"<P>(?:gratuliere?|beglückwünsche?)(?: <IHR>)?<S> (?P<what>(?:zu|zum|zur) .+)",
        "Herzlichen Glückwunsch $what",
    ),
    (
        r"<P>wünsche?(?: <IHR>)? (?:das gleiche|dasselbe|ebenfalls|das auch|auch)(?: zurück)?|<P>(?:gleichfalls|wünsch(?:e)? zurück)",
        "Das wünschen wir $dir auch.",
    ),
    (
        r"<P>wünsche?(?: <IHR>)? (?P<what>.+)",
        "Wir wünschen $dir $what",
    ),
    (
        r"<P>(?:grüße?|grüsse?)(?: <IHR>)?<S>(?P<what>(?: (?:von|vom|aus) .+)?)",
        "Viele Grüße zurück$what",
    ),
    (
        r"<P>(?:sage?|schicke?|richte?)(?: <IHR>)? (?:viele |liebe |schöne )?grüße(?: aus| zurück)?(?P<what>(?: (?:von|vom|aus) .+)?)",
        "Viele Grüße zurück$what",
    ),
    (
        r"<P>sage? (?:hallo|moin|servus|hi)(?: zurück)?",
        "Hallo zurück.",
    ),
    (
        r"<P>(?:heiße?|heiss)(?: <IHR>)? (?:herzlich )?willkommen(?P<what>(?: .+)?)|<P>sage? willkommen",
        "Herzlich willkommen$what",
    ),
    // Yes and no.
    (
        r"<P>(?:lehne?|lehn)(?: (?:das|es|ihn|sie|die \S+))?(?: (?:höflich|freundlich|dankend|nett))* ab|<P>sage?(?: (?:höflich|freundlich|nett))* ab",
        "Danke für die Anfrage, aber das geht bei uns leider nicht.",
    ),
    (r"<P>sage?(?: ihr| ihm| ihnen)? nein", "Leider nein."),
    (
        r"<P>(?:sage?(?: gern| gerne)? zu|nimm(?: gern)? an)",
        "Ja, gern.",
    ),
    (r"<P>sage?(?: ihr| ihm| ihnen)? ja", "Ja."),
    (
        r"<P>(?:stimme? ihnen zu|gib ihnen recht)",
        "Da habt ihr recht.",
    ),
    (
        r"<P>(?:stimme? <IHR> zu|gib <IHR> recht|stimme? zu)",
        "Da hast du recht.",
    ),
    // What is asked.
    (
        r"<P>bitte?(?: <IHR>)? um (?P<what>(?:die|den|das|eine?n?|seine?n?|ihre?n?|deine?n?) .+)",
        "Schickst du uns bitte $what?",
    ),
    (
        r"<P>bitte?(?: <IHR>)? um (?P<what>.+)",
        "Wir bitten um $what",
    ),
    (
        r"<P>bitte? <IHR>,? (?:(?P<what>.+) )?zu (?P<verb>\w+n)",
        "Kannst du bitte $what $verb?",
    ),
    (
        r"<P>bitte? <IHR>,? (?:(?P<what>.+) )?(?P<pre>vorbei|an|ab|mit|zurück|aus|ein|auf|nach|vor|weiter)zu(?P<verb>\w+n)",
        "Kannst du bitte $what ${pre}${verb}?",
    ),
    // What is promised and offered.
    (
        r"<P>biete?(?: <IHR>)? (?P<what>.+?) an",
        "Wir bieten $dir $what an",
    ),
    (
        r"<P>biete?(?: <IHR>)? an,? (?P<what>.+)",
        "Wir bieten $dir an, $what",
    ),
    (
        r"<P>verspr(?:ich|eche?)(?: <IHR>)?,? (?P<what>.+ zu .+|.+zu\w+en)",
        "Wir versprechen, $what",
    ),
    (
        r"<P>(?:empfiehl|empfehle?)(?: <IHR>)? (?P<what>.+)",
        "Wir empfehlen $dir $what",
    ),
    (
        r"<P>(?:lade?|lad) <IHR><S> ein",
        "Wir laden $dich herzlich ein.",
    ),
    (
        r"<P>(?:lade?|lad) <IHR><S> (?P<what>.+?) ein",
        "Wir laden $dich $what ein",
    ),
    (
        r"<P>(?:lade?|lad) <IHR><S> ein,? (?P<what>(?:zum|zur|zu|in|am) .+)",
        "Wir laden $dich ein $what",
    ),
    (
        r"<P>(?:lade?|lad) <IHR><S> ein,? (?P<what>.+)",
        "Wir laden $dich ein, $what",
    ),
    (
        r"<P>verweise?(?: <IHR>)? (?P<what>(?:auf|an) .+)",
        "Wir verweisen gern $what",
    ),
    (
        r"<P>schicke? <IHR> (?P<what>(?:zum|zur|zu|nach|ins|in) .+)",
        "Am besten gehst du $what",
    ),
    (
        r"<P>(?:schicke?|sende?) <IHR>(?: bitte)? (?P<what>.+)",
        "Wir schicken $dir $what",
    ),
    (
        r"<P>(?:erstatte?) <IHR>(?: bitte)? (?P<what>.+)",
        "Wir erstatten $dir $what",
    ),
    (
        r"<P>ruf <IHR>(?P<what>(?: .+)?) an",
        "Wir rufen $dich$what an",
    ),
    (
        r"<P>gib (?:es|das|dies|den \S+|die \S+) (?:an )?(?P<what>(?P<name>\S+)(?: .+)?) weiter(?P<rest>(?:,.+)?)",
        "Das geben wir an $what weiter$rest",
    ),
    (
        r"<P>leite? (?:es|das|dies|den \S+|die \S+) (?:an )?(?P<what>(?P<name>\S+)(?: .+)?) weiter(?P<rest>(?:,.+)?)",
        "Das leiten wir an $what weiter$rest",
    ),
    (
        r"<P>(?:richte?|sage?) (?:es|das) (?P<what>(?P<name>\S+)(?: .+)?) aus(?P<rest>(?:,.+)?)",
        "Das richten wir $what aus$rest",
    ),
    (r"<P>gib (?:es|das) weiter", "Das geben wir gern weiter."),
    (
        r"<P>(?:kümmere?|kümmer) dich(?: darum| drum)?",
        "Wir kümmern uns darum.",
    ),
    (
        r"<P>erinnere?(?: <IHR>)? daran,? dass (?P<what>.+)",
        ">sag dass $what",
    ),
    (
        r"<P>erinnere?(?: <IHR>)? an (?P<what>.+)",
        "Denk bitte an $what",
    ),
    (
        r"(?:er|sie) soll(?: bitte| doch)? (?P<what>.*\b(?:nicht|nie|keine?\w?)\b.+)",
        "Bitte $what",
    ),
    (
        r"(?:er|sie) soll(?:te)? sich (?P<what>.+)",
        "Du solltest dich $what",
    ),
    (
        r"(?:er|sie) soll(?: bitte| doch| gern| gerne)? (?P<what>(?:es|ihn|sie|uns|das|den|die|eine?n?|einfach|vorbei\w*)\b.*)",
        "Du kannst $what",
    ),
    (
        r"(?:er|sie) soll(?: bitte| doch)? (?P<what>.+)|sie sollen(?: bitte| doch)? (?P<what2>.+)|(?:soll|sollen)(?: bitte| doch)? (?P<what3>.+)",
        "Bitte $what$what2$what3",
    ),
    // Frames around what is said.
    (
        r"<P><SAG>(?: <IHR>)?(?: bitte| mal| mit| wissen| bescheid| auch| noch| doch)*,? dass (?P<what>.+)",
        ">dass $what",
    ),
    (
        r"<P><SAG>(?: <IHR>)(?: bitte| mal| mit| auch| noch| doch)*[,:]? (?P<what>.+)",
        ">$what",
    ),
    (
        r"<P>(?:sage?|schreibe?|antworte?|erkläre?|bestätige?|betone?)(?: bitte| mal| auch| noch| doch)*[,:]? (?P<what>.+)",
        ">$what",
    ),
];

/// How an order begins that may follow another.
pub(super) const HEADS: &str = r"(?:dann |bitte |auch |noch )*(?:frage? (?:sie|ihn|nach|mal|ob|wann|wie|was|wo|welch\w*|wer|doch)\b|sage? (?:ihr|ihm|ihnen|dass|danke|ja|nein|wir|es|bitte)\b|bedanke? dich|entschuldige? dich|gratuliere?\b|wünsche? (?:ihr|ihm|ihnen|auch)\b|lade? (?:sie|ihn|euch)\b|biete? (?:ihr|ihm|ihnen)\b|bitte? (?:sie|ihn|um)\b|erkläre?\b|verspr(?:ich|eche?)\b|verweise?\b|grüße?\b|heiße?\b|schicke? (?:ihr|ihm|ihnen|sie|ihn)\b|empfiehl\b|gib (?:es|das)\b|bleibe? \w+|sei (?:nett|freundlich|höflich|lieb|ruhig|sachlich)|lehne?\b|dass\b|erinnere?\b|erwähne?\b|mach (?:einen|nen)\b)";

/// The frames whose second half may follow "und dass".
pub(super) const FRAME: &str =
    r"(?:bitte )?(?:sage?|schreibe?|antworte?|erkläre?|erzähle?)(?: ihr| ihm| ihnen)?";
