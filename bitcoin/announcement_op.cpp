#include "bitcoin/announcement_op.hpp"

namespace quorate::bitcoin {

Bytes Announcement::body() const {
  ASSERT(term.value <= 0xffffffff);
  Bytes bytes;
  Writer{bytes}.put(static_cast<std::uint32_t>(term.value)).put(block).put(state_root).put(height);
  ASSERT(bytes.size() == body_size);
  return bytes;
}

Result<Announcement> Announcement::from_body(ByteView body) {
  if (body.size() != body_size) return Errc::operation_wrong_length;
  Reader in{body};
  Announcement op;
  op.term = TermNumber{in.get<std::uint32_t>()};
  op.block = in.get<BlockId>();
  op.state_root = in.get<StateRoot>();
  op.height = in.get<BlockHeight>();
  TRY(in.finish());
  return op;
}

}  // namespace quorate::bitcoin
