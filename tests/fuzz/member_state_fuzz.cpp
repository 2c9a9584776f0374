// What stands in a member's slots is written the same way again if it decodes at all.
#include "messages/member_state.hpp"

using namespace quorate;

template <class T>
void check_one_encoding(ByteView in) {
  const auto decoded = decode<T>(in);
  if (decoded.ok()) ASSERT(std::ranges::equal(encode(*decoded), in));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  check_one_encoding<messages::MemberState>(in);
  check_one_encoding<messages::CandidateBlock>(in);
  check_one_encoding<messages::AnnouncementOffer>(in);
  return 0;
}
