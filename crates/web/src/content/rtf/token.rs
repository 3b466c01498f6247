//! Takes the bytes of an RTF, gives them piece by piece; never fails and never gives more pieces than there are bytes.
//! Source: Microsoft RTF specification 1.9.1, "Conventions of an RTF reader".

/// One piece.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'a> {
    Open,
    Close,
    /// `\*`
    Star,
    /// `\par`, `\u8217`, or a symbol such as `\~`.
    Word(&'a str, Option<i32>),
    /// `\'92`
    Hex(u8),
    Byte(u8),
}

/// Longer words are nobody's.
const WORD_MAX: usize = 32;

pub(super) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn control(&mut self, after: &'a [u8]) -> Option<Token<'a>> {
        let (first, rest) = after.split_first()?;
        let (token, rest) = match first {
            b'*' => (Token::Star, rest),
            b'\'' => hex(rest),
            b'\r' | b'\n' => (Token::Word("par", None), rest),
            b'a'..=b'z' | b'A'..=b'Z' => word(after),
            _ => (symbol(after), rest),
        };
        self.rest = rest;
        Some(match token {
            // Binary data: as many bytes as it says, or as there are.
            Token::Word("bin", Some(length)) => {
                let length = usize::try_from(length).unwrap_or_default();
                self.rest = self.rest.get(length..).unwrap_or_default();
                token
            }
            token => token,
        })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            return Some(match first {
                b'{' => Token::Open,
                b'}' => Token::Close,
                b'\\' => return self.control(rest),
                // Ends of lines in the file are none of the document.
                b'\r' | b'\n' | 0 => continue,
                byte => Token::Byte(*byte),
            });
        }
    }
}

fn symbol(after: &[u8]) -> Token<'_> {
    let one = after.get(..1).and_then(|one| std::str::from_utf8(one).ok());
    one.map_or(Token::Byte(b' '), |one| Token::Word(one, None))
}

fn hex(rest: &[u8]) -> (Token<'_>, &[u8]) {
    let digits = rest.get(..2).and_then(|two| std::str::from_utf8(two).ok());
    let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
    byte.map_or((Token::Byte(b'?'), rest), |byte| (Token::Hex(byte), rest.get(2..).unwrap_or_default()))
}

/// Letters, a number with its sign, and one blank that belongs to neither.
fn word(after: &[u8]) -> (Token<'_>, &[u8]) {
    let letters = after.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (word, rest) = after.split_at_checked(letters).unwrap_or((after, &[]));
    let sign = usize::from(rest.first() == Some(&b'-'));
    let digits = rest.iter().skip(sign).take_while(|b| b.is_ascii_digit()).count();
    let length = if digits == 0 { 0 } else { sign + digits };
    let (number, rest) = rest.split_at_checked(length).unwrap_or((&[], rest));
    let number = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
    let word = std::str::from_utf8(word).ok().filter(|word| word.len() <= WORD_MAX).unwrap_or_default();
    (Token::Word(word, number), rest.strip_prefix(b" ").unwrap_or(rest))
}
