#include "runtime/frost/fault_document.hpp"

#include "consensus/controlling_contract.hpp"

namespace quorate::frost {

Result<messages::KeygenScene> fault_scene(std::uint32_t network, const consensus::SignerSet& set) {
  TRY(consensus::keygen_config(set, 0, network));
  consensus::Params params;
  params.network_id = network;
  return messages::KeygenScene{set, consensus::boot_db_address(params, set), network};
}

Result<crypto::Verdict> judge_fault(const FaultClaim& claim) {
  TRY_ASSIGN(const messages::KeygenScene scene, fault_scene(claim.network, claim.set));
  TRY_ASSIGN(const auto fault, decode<messages::KeygenFault>(claim.proof));
  TRY_ASSIGN(const crypto::Verdict verdict, messages::judge(fault, scene));
  if (scene.key(verdict.member) != claim.accused) {
    return Error{Errc::no_fault_shown, "of the accused; somebody else is guilty"};
  }
  return verdict;
}

Json to_json(const FaultClaim& claim) {
  Json out = new_document(kinds::fault);
  out["member"] = claim.named;
  out["fault"] = claim.kind;
  out["group"] = claim.set.kind == GroupKind::producers ? "producers" : "stackers";
  out["generation"] = claim.set.generation;
  out["set_hash"] = to_hex(claim.set.hash(claim.network));
  out["accused"] = to_hex(claim.accused);
  out["network"] = claim.network;
  out["set"] = to_hex(encode(claim.set));
  out["bytes"] = to_hex(claim.proof);
  return out;
}

Result<FaultClaim> fault_from(const Json& document) {
  FaultClaim out;
  TRY_ASSIGN(const std::uint64_t network, number_field(document, "network"));
  if (network > 0xffffffff) return Error{Errc::document_malformed, "network"};
  out.network = static_cast<std::uint32_t>(network);
  TRY_ASSIGN(out.accused, fixed_field<crypto::PublicKey>(document, "accused"));
  TRY_ASSIGN(const Bytes set, bytes_field(document, "set"));
  TRY_ASSIGN(out.set, decode<consensus::SignerSet>(set));
  TRY_ASSIGN(out.proof, bytes_field(document, "bytes"));
  const auto text = [&](const char* name) { return text_field(document, name); };
  if (const auto named = text("member"); named.ok()) out.named = *named;
  if (const auto kind = text("fault"); kind.ok()) out.kind = *kind;
  return out;
}

}  // namespace quorate::frost
