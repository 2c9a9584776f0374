// Whatever reads as a principal is written as the normalized form of what was read.
#include "stacks/principal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quorate;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto principal = stacks::parse_principal(text);
  if (!principal) return 0;
  const std::string address = stacks::to_text(principal->address);
  ASSERT(address == stacks::c32_normalized(text.substr(0, text.find('.'))));
  const auto again = stacks::decode_principal(stacks::encode_principal(*principal));
  ASSERT(again.ok());
  ASSERT(*again == *principal);
  return 0;
}
