#include "crypto/verify_memo.hpp"

#include "crypto/hash.hpp"

namespace quorate::crypto {

std::optional<PublicKey> VerifyMemo::find(const Hash256& question) {
  if (const auto hit = young_.find(question); hit != young_.end()) return hit->second;
  const auto hit = old_.find(question);
  if (hit == old_.end()) return std::nullopt;
  const PublicKey answer = hit->second;
  old_.erase(hit);
  insert(question, answer);
  return answer;
}

void VerifyMemo::insert(const Hash256& question, const PublicKey& answer) {
  if (young_.size() >= per_generation_) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert_or_assign(question, answer);
}

VerifyMemo& VerifyMemo::of_this_thread() {
  thread_local VerifyMemo memo;
  return memo;
}

Hash256 schnorr_question(const XOnlyKey& key, ByteView message, const SchnorrSignature& signature) {
  Bytes question;
  question.reserve(1 + XOnlyKey::size + SchnorrSignature::size + message.size());
  question.push_back('s');
  append(question, key.view());
  append(question, signature.view());
  append(question, message);
  return sha256(question);
}

Hash256 recover_question(const Hash256& digest, const RecoverableSignature& signature) {
  std::array<std::uint8_t, 1 + Hash256::size + RecoverableSignature::size> question;
  question[0] = 'r';
  const auto behind = std::copy(digest.bytes.begin(), digest.bytes.end(), question.begin() + 1);
  std::copy(signature.bytes.begin(), signature.bytes.end(), behind);
  return sha256(question);
}

}  // namespace quorate::crypto
