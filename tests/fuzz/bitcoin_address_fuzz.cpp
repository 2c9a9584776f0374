// An address that parses is written the same way again, but for the case of segwit letters.
#include "bitcoin/address.hpp"

using namespace quorate;
using bitcoin::Network;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const Network network : {Network::main, Network::test, Network::regtest}) {
    const Result<bitcoin::Destination> found = bitcoin::parse_address(network, text);
    if (!found.ok()) continue;
    std::string again = bitcoin::address_text(network, *found);
    if (text.front() == 'B' || text.front() == 'T') {
      std::string lower = text;
      for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      ASSERT(again == lower);
    } else {
      ASSERT(again == text);
    }
  }
  return 0;
}
