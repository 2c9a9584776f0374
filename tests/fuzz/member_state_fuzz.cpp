// What stands in a member's slots is written the same way again if it decodes at all.
#include "messages/member_state.hpp"
#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  (void)fuzz::check_one_encoding<messages::MemberState>(in);
  (void)fuzz::check_one_encoding<messages::CandidateBlock>(in);
  (void)fuzz::check_one_encoding<messages::AnnouncementOffer>(in);
  return 0;
}
