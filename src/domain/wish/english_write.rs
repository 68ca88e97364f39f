//! English rules for what should be written or invented, in their order: the narrow ones first.

use super::english::{about, again, finite, gerund, invented_about, invention, statement};
use super::{Make, Read, WishKind};

pub(super) const TABLE: &[(&str, WishKind, Make)] = &[
    // Instructions about the text itself.
    (
        r"<P>(?:(?:and )?(?:make|keep) (?:it|this|that|them) .+|(?:add|use|include|attach|with|no|without)(?: (?:an?|some|the|any|nice|our|one))* (?:emojis?|image|picture|photo|hashtags?|tags?|exclamation marks?|question at the end|call to action)(?: .*)?|(?:in|use) (?:our|a|the) (?:usual |normal |brand |friendly )?(?:tone|voice|style)|thanks|thank you|thx|cheers|ta)",
        WishKind::Announce,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*(?:<F> )?(?:<IL> )?(?:about|on|for|with|to|of|from) (?:it|this|that|them|him|her)",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:explain|clarify)(?: to <A>)?<ADV>,? that (?P<rest>.+)",
        WishKind::Announce,
        statement,
    ),
    // What has to be invented, with or without a statement behind a colon.
    (
        r"<P>(?:(?:<W>|tell (?:me|us|<A>)|share|think of|come up with|invent|make up|list|suggest|find|what about|how about|name|tell|recite) )?<DET>(?:<IL>,? (?:and )?|<L>)?<IL>? ?<I>(?: (?:about|on) (?P<about>.*?)| (?:for|to|of|why|how|from|that|involving|with|and|or|set|where|in|featuring|starring) .*?)?(?:[:–—] *(?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    (
        r"<P>(?:(?:<W>|say|tell <A>|share|think of) )?(?:(?:something|sth|anything|somethin) (?:(?:<IL>|heart-?warming|uplifting|quick|short|little|friendly|warm|small|brief|kind|cheerful|cosy|cozy|heartfelt|upbeat|lively|snappy|engaging|happy|special)(?:,? and|,)? ?)+|<DET><L>(?:<IL>,? )+one) ?(?:and <IL> )?(?:about|on|for|to|regarding) (?P<about>.+)",
        WishKind::Invent,
        invented_about,
    ),
    (
        r"(?:what|how|why|where|when) (?:people|we|you|they|our|the|it|others|everyone) (?:.*[^?])",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:announce|post|share|publish|say|tell <A>|mention) (?:it|this|that)(?: please| now| today)?",
        WishKind::Announce,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:be|sound|act) <IL> about .*",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:explain (?:to <A> )?(?:why|how|what|the|in|your|our|a|an)\b|describe|compare|summari[sz]e|discuss|elaborate on|teach <A>|convince <A>|persuade <A> (?:that|of)|brainstorm|translate|imagine|analy[sz]e|argue|come up with|think (?:of|up)|dream up|make <A> (?:smile|laugh|feel|think|want|curious)|do <DET>(?:<IL> )?(?:quiz|poll|thread|game|competition)|what (?:would|could|should|can) (?:be a|we post|i post|we say|we write)|(?:post|caption|content) ideas?|tell (?:me|us|<A>)? ?(?:why|how to)|(?:<W> )?(?:about )?(?:how to|why) ).*?(?:[:–—] (?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    // "write a post …"
    (
        r"<P>(?:would you mind|do you mind|mind|how about|what about|fancy|consider|any chance of) (?P<verb>posting|writing|sharing|mentioning|putting (?:out|up)|announcing|telling|asking|thanking|inviting|reminding|congratulating|welcoming|wishing|saying|stating|explaining|informing|letting|warning|encouraging|apologising|apologizing)(?P<rest> .+)",
        WishKind::Announce,
        gerund,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L><F>(?: (?:for|to) <A>)?(?: about| on)? (?P<verb>announcing|telling|asking|thanking|inviting|reminding|congratulating|welcoming|wishing|saying|stating|explaining|informing|letting|warning|encouraging|apologising|apologizing) (?P<rest>.+)",
        WishKind::Announce,
        gerund,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L><F>(?: (?:for|to) <A>)? (?:to|that|which|and|where we|where you) ?(?P<verb>announces?|tells?|asks?|thanks?|invites?|reminds?|congratulates?|welcomes?|wish(?:es)?|says?|states?|informs?|lets?|warns?) (?P<rest>.+)",
        WishKind::Announce,
        finite,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L><F>(?: (?:for|to) <A>)?(?: (?:that|saying|which)|,? ?[:–—-]) *(?P<rest>.+)",
        WishKind::Announce,
        again,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L>(?:(?:<F>|one) )?(?:to go |going )?(?:(?:out|up|together|online|there|on the page|on our page) )*(?:for <A> )?(?:about|on|regarding|concerning|around|covering|re) (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L>(?:<F>|one) (?:(?:out|up|together|online) )*for (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
    (
        r"<P>(?:write|post|tweet|type|put|publish|say|announce|share|state|mention|note|report|point out|add|put up|put out|confirm|highlight|stress|emphasi[sz]e|explain|clarify|broadcast|spread the (?:word|news)|get the (?:word|news) out|put the word out|pass on|pass it on|let slip|make it known|make clear|make sure <A> know|let it be known)<ADV>(?: to <A>| for <A>)?<ADV>(?: the (?:news|info|information|fact|word|message|update))?<ADV>(?:,? that,? | how |:[ ]?|, |- | — )(?P<rest>.+)",
        WishKind::Announce,
        statement,
    ),
    (
        r"<P>(?:post|tweet|draft|write|share|publish)(?: this| the following| it)?: *(?P<rest>.+)",
        WishKind::Announce,
        statement,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L>(?:<F>|one)(?: (?:<IL>,? ?)+)?(?: (?:out|up|together|online|about it|for it|for this|out of (?:it|this|that)))*",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    (
        r"(?:(?:<P>something |sth |<DET><L>(?:post|tweet|update|caption|announcement|blurb|advert|ad|piece|bit|few words|word|quick one|notice|note|message|text) |post )?(?:about|on the subject of|regarding)|<P><DET><L>(?:post|tweet|update|caption|announcement|advert|ad|quick one|message) (?:for|on)) (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
];
