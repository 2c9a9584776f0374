#include "bitcoin/vrf_registration_op.hpp"

namespace quorate::bitcoin {

Bytes VrfRegistration::body() const {
  ASSERT(memo.size() <= max_memo);
  Bytes bytes;
  Writer{bytes}.put(consensus_hash).put(key).raw(memo);
  return bytes;
}

Result<VrfRegistration> VrfRegistration::from_body(ByteView body) {
  if (body.size() < min_body_size) return Errc::operation_wrong_length;
  if (body.size() > min_body_size + max_memo) return Errc::operation_wrong_length;
  Reader in{body};
  VrfRegistration op;
  op.consensus_hash = in.get<ConsensusHash>();
  op.key = in.get<crypto::VrfKey>();
  op.memo = to_bytes(in.raw(in.left()));
  TRY(in.finish());
  if (!crypto::is_valid(op.key)) return Errc::bad_vrf_key;
  return op;
}

}  // namespace quorate::bitcoin
