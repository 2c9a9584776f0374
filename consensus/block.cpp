#include "consensus/block.hpp"

namespace quorate::consensus {

BlockId BlockHeader::id() const {
  return BlockId::from(crypto::tagged_h("quorate/block", encode(*this)).view());
}

Hash256 Block::certificates_hash() const {
  Bytes text;
  Writer{text}.put(parent_seal).put(producer_key).put(stacker_key).put(rejection);
  return crypto::tagged_h("quorate/certificates", text);
}

}  // namespace quorate::consensus
