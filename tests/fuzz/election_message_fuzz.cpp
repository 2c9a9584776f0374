// An election message or leader certificate that decodes has one encoding, and judging one never
// fails.
#include "messages/election_messages.hpp"
#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  (void)fuzz::check_one_encoding<messages::ElectionMessage>(bytes);
  const auto certificate = fuzz::check_one_encoding<messages::LeaderCertificate>(bytes);
  if (certificate.ok()) {
    consensus::SignerSet set;
    set.total_slots = 2;
    set.members.resize(2);
    set.members[0].slots.push_back(SlotIndex{0});
    set.members[1].slots.push_back(SlotIndex{1});
    (void)messages::verify(*certificate, set, 1);
  }
  return 0;
}
