#include "stacks/c32.hpp"

#include "crypto/hash.hpp"

namespace quorate::stacks {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t checksum_size = 4;

char normalized(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return '0';
  if (c == 'L' || c == 'I') return '1';
  return c;
}

Result<std::uint8_t> digit(char c) {
  const std::size_t at = alphabet.find(normalized(c));
  if (at == std::string_view::npos) return Errc::bad_c32_character;
  return static_cast<std::uint8_t>(at);
}

Hash256 checksum_of(const Address& address) {
  Bytes data{address.version};
  append(data, address.hash.view());
  return crypto::sha256d(data);
}

}  // namespace

std::string c32_normalized(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = normalized(c);
  return out;
}

std::string c32_encode(ByteView bytes) {
  // Digits come out least significant first, five bits at a time from the last byte.
  std::string out;
  std::uint32_t carry = 0;
  int carry_bits = 0;
  for (auto it = bytes.rbegin(); it != bytes.rend(); ++it) {
    carry |= static_cast<std::uint32_t>(*it) << carry_bits;
    carry_bits += 8;
    for (; carry_bits >= 5; carry_bits -= 5, carry >>= 5) out.push_back(alphabet[carry & 31]);
  }
  if (carry_bits > 0) out.push_back(alphabet[carry & 31]);
  while (!out.empty() && out.back() == '0') out.pop_back();
  for (std::size_t i = 0; i < bytes.size() && bytes[i] == 0; ++i) out.push_back('0');
  std::reverse(out.begin(), out.end());
  return out;
}

Result<Bytes> c32_decode(std::string_view text) {
  if (text.size() > c32_max_length) return Errc::length_out_of_bounds;
  Bytes out;
  std::uint32_t carry = 0;
  int carry_bits = 0;
  for (auto it = text.rbegin(); it != text.rend(); ++it) {
    TRY_ASSIGN(const std::uint8_t value, digit(*it));
    carry |= static_cast<std::uint32_t>(value) << carry_bits;
    carry_bits += 5;
    for (; carry_bits >= 8; carry_bits -= 8, carry >>= 8) {
      out.push_back(static_cast<std::uint8_t>(carry & 0xff));
    }
  }
  if (carry_bits > 0) out.push_back(static_cast<std::uint8_t>(carry & 0xff));
  while (!out.empty() && out.back() == 0) out.pop_back();
  for (std::size_t i = 0; i < text.size() && normalized(text[i]) == '0'; ++i) out.push_back(0);
  std::reverse(out.begin(), out.end());
  return out;
}

std::string to_text(const Address& address) {
  ASSERT(address.version < address_version::limit);
  Bytes data = to_bytes(address.hash.view());
  append(data, checksum_of(address).view().first(checksum_size));
  std::string out = "S";
  out.push_back(alphabet[address.version]);
  return out + c32_encode(data);
}

Result<Address> parse_address(std::string_view text) {
  if (text.size() < 3 || normalized(text[0]) != 'S') return Errc::bad_address;
  TRY_ASSIGN(const std::uint8_t version, digit(text[1]));
  TRY_ASSIGN(const Bytes data, c32_decode(text.substr(2)));
  if (data.size() != Hash160::size + checksum_size) return Errc::bad_address;
  const Address address{version, Hash160::from(ByteView{data}.first(Hash160::size))};
  const Hash256 sum = checksum_of(address);
  if (!std::equal(data.begin() + Hash160::size, data.end(), sum.bytes.begin())) {
    return Errc::bad_c32_checksum;
  }
  return address;
}

}  // namespace quorate::stacks
