#include "base/bytes.hpp"

namespace quorate {
namespace {

constexpr char digits[] = "0123456789abcdef";

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

const std::shared_ptr<const Bytes>& SharedBytes::empty() {
  static const std::shared_ptr<const Bytes> instance = std::make_shared<const Bytes>();
  return instance;
}

std::string to_hex(ByteView view) {
  std::string out;
  out.reserve(view.size() * 2);
  for (const std::uint8_t b : view) {
    out.push_back(digits[b >> 4]);
    out.push_back(digits[b & 15]);
  }
  return out;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return Errc::bad_hex;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit_value(text[i]);
    const int low = digit_value(text[i + 1]);
    if (high < 0 || low < 0) return Errc::bad_hex;
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

}  // namespace quorate
