#include "bitcoin/base58.hpp"

#include "crypto/hash.hpp"

namespace quorate::bitcoin {
namespace {

constexpr std::string_view base58_alphabet =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

constexpr std::size_t checksum_size = 4;
constexpr std::size_t raw_size = 1 + Hash160::size + checksum_size;
/// 25 bytes of 0xff need 35 digits; leading zero bytes are one digit each.
constexpr std::size_t max_base58_text = 35;

ByteView checksum_of(ByteView bytes, Hash256& buffer) {
  buffer = crypto::sha256d(bytes);
  return buffer.view().first(checksum_size);
}

/// digits (most significant first) = digits · factor + addend; both radixes are at most 256.
void multiply_add(Bytes& digits, unsigned radix, unsigned factor, unsigned addend) {
  unsigned carry = addend;
  for (std::size_t i = digits.size(); i > 0; --i) {
    const unsigned value = digits[i - 1] * factor + carry;
    digits[i - 1] = static_cast<std::uint8_t>(value % radix);
    carry = value / radix;
  }
  for (; carry > 0; carry /= radix) {
    digits.insert(digits.begin(), static_cast<std::uint8_t>(carry % radix));
  }
}

std::size_t leading(std::string_view text, char symbol) {
  return std::min(text.find_first_not_of(symbol), text.size());
}

}  // namespace

std::string encode_base58check(const Base58Payload& payload) {
  Bytes raw{payload.version};
  append(raw, payload.hash.view());
  Hash256 buffer;
  append(raw, checksum_of(raw, buffer));

  Bytes digits;
  std::size_t zeros = 0;
  for (const std::uint8_t byte : raw) {
    if (byte == 0 && digits.empty()) ++zeros;
    multiply_add(digits, 58, 256, byte);
  }
  std::string text(zeros, base58_alphabet[0]);
  for (const std::uint8_t digit : digits) text.push_back(base58_alphabet[digit]);
  return text;
}

Result<Base58Payload> decode_base58check(std::string_view text) {
  if (text.empty() || text.size() > max_base58_text) return Errc::address_bad_length;
  Bytes number;
  for (const char c : text) {
    const std::size_t digit = base58_alphabet.find(c);
    if (digit == std::string_view::npos) return Errc::address_bad_character;
    multiply_add(number, 256, 58, static_cast<unsigned>(digit));
  }
  Bytes raw(leading(text, base58_alphabet[0]), 0);
  append(raw, number);
  if (raw.size() != raw_size) return Errc::address_bad_length;

  const ByteView body = ByteView{raw}.first(raw_size - checksum_size);
  Hash256 buffer;
  const ByteView expected = checksum_of(body, buffer);
  if (!std::equal(expected.begin(), expected.end(), raw.end() - checksum_size)) {
    return Errc::address_bad_checksum;
  }
  return Base58Payload{raw[0], Hash160::from(body.subspan(1))};
}

}  // namespace quorate::bitcoin
