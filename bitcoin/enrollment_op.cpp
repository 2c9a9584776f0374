#include "bitcoin/enrollment_op.hpp"

namespace quorate::bitcoin {

Bytes Enrollment::body() const {
  Bytes bytes;
  Writer out{bytes};
  put_place(out, set);
  put_place(out, key);
  out.put(signing_key).put(state_root);
  ASSERT(bytes.size() == body_size);
  return bytes;
}

Result<Enrollment> Enrollment::from_body(ByteView body) {
  if (body.size() != body_size) return Errc::operation_wrong_length;
  Reader in{body};
  Enrollment op;
  op.set = take_place(in);
  op.key = take_place(in);
  op.signing_key = in.get<crypto::PublicKey>();
  op.state_root = in.get<StateRoot>();
  TRY(in.finish());
  // Refused here, so that no later rule meets a member whose signatures nobody can check.
  if (!crypto::is_valid(op.signing_key)) return Errc::bad_public_key;
  return op;
}

}  // namespace quorate::bitcoin
