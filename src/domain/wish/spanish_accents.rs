//! Spanish accents and marks that are left out on phones.

use super::names;
use super::typing::each_word;

/// Words that are the same word with their accent, written with it: the accented form of each plain one.
const ACCENTED: &str = "sábado sábados miércoles también aquí además día días página páginas música cerámica después número números próximo próxima próximos próximas \
    café cafés teléfono teléfonos último última últimos últimas química librería habrá será tendrá tendremos vendrá podrá podrán estará estarán habrán serán tendrán río ríos móvil móviles marrón \
    mediodía todavía frío fríos allí ahí atrás detrás jamás según algún ningún común jardín jardines fácil difícil útil árbol árboles jóvenes exámenes lápiz autobús inglés francés alemán portugués \
    público clásico clásica rápido rápida rápidos cómodo cómoda médico médica clínica clínicas técnico económico económica prácticas básico básica gráfico histórico histórica típico único única \
    máximo mínimo así más está están roscón salón salones jabón ratón balcón buzón melón limón jamón algodón sillón maratón colchón rincón camión razón corazón canción balón cajón \
    quedó salió murió nació volvió abrió cumplió recibió vendió perdió llegará abrirá cerrará empezará durará película películas sección educación vacío vacía fotografía energía alegría compañía policía \
    biología tecnología vegetariano fútbol bádminton atención lámpara máquina máquinas sótano plátano plátanos ánimo bolígrafo crédito débito kilómetro kilómetros metálico teatro sésamo azúcar césped \
    débil fértil mármol túnel cárcel cómic cómics línea líneas árbitro gimnástica matemáticas informática mecánico mecánica eléctrico eléctrica óptica farmacéutico pediátrico benéfico benéfica artístico interés refrán boletín autorización capitán alemán jabalí plátano sofá menú menús bebé bebés comité bambú vermú";

/// Endings, plain and accented, and the shortest stem before them.
const ENDINGS: [(&str, &str, usize); 7] = [
    ("cion", "ción", 2),
    ("sion", "sión", 2),
    ("xion", "xión", 2),
    ("nion", "nión", 1),
    ("gion", "gión", 2),
    ("stion", "stión", 2),
    ("eria", "ería", 3),
];

const NO_ENDINGS: &str = "feria materia miseria bacteria arteria histeria periferia seria";

pub(super) fn set(text: &str) -> String {
    let text = each_word(text, |word| {
        if word.chars().any(|char| "áéíóú".contains(char)) {
            return None;
        }
        let lower = word.to_lowercase();
        if lower != word || matches!(word, "esta" | "estan") && word == "esta" {
            return None;
        }
        let known = ACCENTED
            .split_whitespace()
            .find(|accented| super::spanish_verbs::unaccented(accented) == word);
        if let Some(accented) = known {
            return Some(accented.to_owned());
        }
        if NO_ENDINGS.split(' ').any(|other| other == word) {
            return None;
        }
        ENDINGS.iter().find_map(|(plain, accented, shortest)| {
            word.strip_suffix(plain)
                .filter(|stem| stem.chars().count() >= *shortest)
                .map(|stem| format!("{stem}{accented}"))
        })
    });
    names::set(&opened(&states(&text)), names::SPANISH)
}

/// "esta cerrado" is a verb: the demonstrative never stands before a masculine word.
fn states(text: &str) -> String {
    const AFTER: &str = "en de muy casi a con todo ya aún lista abierta cerrada llena disponible";
    let words: Vec<&str> = text.split(' ').collect();
    let written = words.iter().enumerate().map(|(at, word)| {
        let next = words
            .get(at + 1)
            .map(|next| next.trim_matches(|char: char| !char.is_alphanumeric()))
            .unwrap_or_default();
        let verb = next.ends_with('o') || AFTER.split(' ').any(|known| known == next);
        match *word {
            "esta" if verb => "está".to_owned(),
            "Esta" if verb => "Está".to_owned(),
            other => other.to_owned(),
        }
    });
    written.collect::<Vec<_>>().join(" ")
}

/// The question word at the beginning has its accent.
fn asking(text: &str) -> String {
    const WORDS: [(&str, &str); 11] = [
        ("quien", "quién"),
        ("quienes", "quiénes"),
        ("que", "qué"),
        ("como", "cómo"),
        ("donde", "dónde"),
        ("cuando", "cuándo"),
        ("cual", "cuál"),
        ("cuales", "cuáles"),
        ("cuanto", "cuánto"),
        ("cuantos", "cuántos"),
        ("cuantas", "cuántas"),
    ];
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    WORDS
        .iter()
        .find(|(plain, _)| *plain == first.to_lowercase())
        .map_or_else(
            || text.to_owned(),
            |(_, accented)| format!("{accented} {rest}"),
        )
}

/// A question opens with its mark.
fn opened(text: &str) -> String {
    if text.ends_with('?') && !text.contains('¿') {
        let text = asking(text);
        let mut letters = text.chars();
        let first: String = letters
            .next()
            .map(|first| first.to_uppercase().collect())
            .unwrap_or_default();
        return format!("¿{first}{}", letters.as_str());
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::set;

    #[test]
    fn accents_and_opening_marks_are_set() {
        for (typed, written) in [
            (
                "el camino del rio esta inundado",
                "el camino del río está inundado",
            ),
            ("esta semana hay sopa", "esta semana hay sopa"),
            (
                "la panaderia reabre el sabado",
                "la panadería reabre el sábado",
            ),
            (
                "alguien tiene una escalera?",
                "¿Alguien tiene una escalera?",
            ),
            ("gracias a paco y a lucia", "gracias a Paco y a Lucia"),
        ] {
            assert_eq!(set(typed), written, "{typed}");
        }
    }
}
