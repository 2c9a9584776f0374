#include "bitcoin/bech32.hpp"

namespace quorate::bitcoin {
namespace {

constexpr std::string_view bech32_alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_digits = 6;
constexpr std::size_t max_bech32_text = 90;

// What the checksum polynomial must leave. Source: BIP 173 (version 0), BIP 350 (others).
constexpr std::uint32_t residue(std::uint8_t version) { return version == 0 ? 1 : 0x2bc830a3; }

/// One step of the BCH code over GF(32). Source: BIP 173 "Checksum".
std::uint32_t step(std::uint32_t state, std::uint8_t digit) {
  constexpr std::uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3};
  const std::uint32_t top = state >> 25;
  state = (state & 0x1ffffff) << 5 ^ digit;
  for (int i = 0; i < 5; ++i) {
    if ((top >> i) & 1) state ^= generator[i];
  }
  return state;
}

std::uint32_t polymod(std::string_view prefix, const Bytes& digits) {
  std::uint32_t state = 1;
  for (const char c : prefix) state = step(state, static_cast<std::uint8_t>(c >> 5));
  state = step(state, 0);
  for (const char c : prefix) state = step(state, static_cast<std::uint8_t>(c & 31));
  for (const std::uint8_t digit : digits) state = step(state, digit);
  return state;
}

/// Eight-bit bytes as five-bit digits, the last padded with zero bits.
Bytes to_digits(const Bytes& bytes) {
  Bytes digits;
  unsigned bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) {
      digits.push_back(static_cast<std::uint8_t>(held >> (bits - 5) & 31));
    }
  }
  if (bits > 0) digits.push_back(static_cast<std::uint8_t>(held << (5 - bits) & 31));
  return digits;
}

/// The inverse; nothing if the padding is a whole digit or not zero.
std::optional<Bytes> to_octets(ByteView digits) {
  Bytes bytes;
  unsigned bits = 0;
  unsigned held = 0;
  for (const std::uint8_t digit : digits) {
    held = (held << 5 | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(held >> bits & 0xff));
  }
  if (bits >= 5 || (held & ((1u << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

/// The text in lower case. @returns address_bad_character if both cases occur.
Result<std::string> one_case(std::string_view text) {
  const bool upper = std::any_of(text.begin(), text.end(), is_upper);
  const bool lower = std::any_of(text.begin(), text.end(), is_lower);
  if (upper && lower) return Errc::address_bad_character;
  std::string out{text};
  if (upper) {
    for (char& c : out) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

Result<Bytes> digits_of(std::string_view text) {
  Bytes digits;
  for (const char c : text) {
    const std::size_t digit = bech32_alphabet.find(c);
    if (digit == std::string_view::npos) return Errc::address_bad_character;
    digits.push_back(static_cast<std::uint8_t>(digit));
  }
  return digits;
}

}  // namespace

std::string encode_segwit(std::string_view prefix, const WitnessProgram& program) {
  ASSERT(program.version <= 16);
  ASSERT(program.program.size() >= 2);
  ASSERT(program.program.size() <= 40);
  Bytes digits{program.version};
  append(digits, to_digits(program.program));
  Bytes padded = digits;
  padded.resize(digits.size() + checksum_digits);
  const std::uint32_t checksum = polymod(prefix, padded) ^ residue(program.version);
  for (std::size_t i = 0; i < checksum_digits; ++i) {
    digits.push_back(static_cast<std::uint8_t>(checksum >> (5 * (5 - i)) & 31));
  }
  std::string text{prefix};
  text.push_back('1');
  for (const std::uint8_t digit : digits) text.push_back(bech32_alphabet[digit]);
  return text;
}

Result<WitnessProgram> decode_segwit(std::string_view prefix, std::string_view text) {
  if (text.size() > max_bech32_text) return Errc::address_bad_length;
  TRY_ASSIGN(const std::string lower, one_case(text));
  const std::size_t separator = lower.rfind('1');
  if (separator == std::string::npos) return Errc::address_bad_character;
  if (lower.substr(0, separator) != prefix) return Errc::address_bad_version;
  TRY_ASSIGN(const Bytes digits, digits_of(std::string_view{lower}.substr(separator + 1)));
  if (digits.size() < 1 + checksum_digits) return Errc::address_bad_length;
  const std::uint8_t version = digits[0];
  if (polymod(prefix, digits) != residue(version)) return Errc::address_bad_checksum;
  if (version > 16) return Errc::address_bad_version;
  const std::optional<Bytes> program =
      to_octets(ByteView{digits}.subspan(1, digits.size() - 1 - checksum_digits));
  if (!program) return Errc::address_bad_length;
  if (program->size() < 2 || program->size() > 40) return Errc::address_bad_length;
  if (version == 0 && program->size() != 20 && program->size() != 32) {
    return Errc::address_bad_length;
  }
  return WitnessProgram{version, *program};
}

}  // namespace quorate::bitcoin
