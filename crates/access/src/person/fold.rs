//! Takes names, says whether they are the same but for case, accents, hyphens, apostrophes and blanks.
//! Letters outside Latin are compared as they are.

/// Whether two names are one name written two ways.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let folded = fold(one);
    !folded.is_empty() && folded == fold(other)
}

/// Whether two lists of given names agree: all together, or the shorter begins the longer, name by name.
/// `Jo` does not begin `Joanna`, and `Mary Ann` is not `Mary Jane`.
pub(crate) fn same_given(one: &[String], other: &[String]) -> bool {
    if same(&one.concat(), &other.concat()) {
        return true;
    }
    let (one, other) = (words(one), words(other));
    !one.is_empty() && !other.is_empty() && one.iter().zip(&other).all(|(a, b)| a == b)
}

fn words(names: &[String]) -> Vec<String> {
    let split = names.iter().flat_map(|name| name.split(|c: char| c.is_whitespace() || c == '-'));
    split.map(fold).filter(|word| !word.is_empty()).collect()
}

fn fold(name: &str) -> String {
    name.chars().flat_map(char::to_lowercase).fold(String::new(), |mut folded, letter| {
        match plain(letter) {
            Some(letters) => folded.push_str(letters),
            None if letter.is_alphanumeric() => folded.push(letter),
            // Blanks, hyphens, apostrophes and combining accents all go.
            None => {}
        }
        folded
    })
}

/// Lower-case Latin letters with an accent, as the letters beneath.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ' | 'ả' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ọ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ụ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}
