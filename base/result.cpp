#include "base/result.hpp"

namespace quorate {

std::string Error::message() const {
  std::string out{name_of(code)};
  out += ": ";
  out += text_of(code);
  if (!detail.empty()) out += " (" + detail + ")";
  return out;
}

}  // namespace quorate
