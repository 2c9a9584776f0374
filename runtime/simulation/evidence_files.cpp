#include "runtime/simulation/evidence_files.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "runtime/frost/fault_document.hpp"
#include "runtime/frost/files.hpp"

namespace quorate::simulation {

namespace {

bool is_of_key_generation(const EvidenceRow& row) {
  return row.kind == "bad_dealing" || row.kind == "dealer_equivocation" ||
         row.kind == "false_complaint";
}

/// The claim with the set in which it holds: Bitcoin may have planned several.
Result<frost::FaultClaim> claim_of(const EvidenceRow& row, const World& world) {
  Result<frost::FaultClaim> out = Error{Errc::no_fault_shown, "no set was planned"};
  for (const auto& set : world.planned_sets(row.group, row.generation)) {
    frost::FaultClaim claim{world.scenario().params.network_id, set, row.key, row.member, row.kind,
                            row.proof};
    const auto verdict = frost::judge_fault(claim);
    if (verdict.ok()) return claim;
    out = verdict.error();
  }
  return out;
}

}  // namespace

std::string plain_file_name(std::string name) {
  for (char& c : name) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
    if (!is_plain) c = '_';
  }
  return name;
}

Result<> write_evidence(const std::string& folder, const World& world) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return Error{Errc::cannot_write_file, folder};
  int number = 0;
  for (const EvidenceRow& row : world.evidence()) {
    if (!is_of_key_generation(row)) continue;
    TRY_ASSIGN(const frost::FaultClaim claim, claim_of(row, world));
    const std::string name =
        plain_file_name(fmt::format("{:03}-{}-{}.json", ++number, row.member, row.kind));
    TRY(frost::replace_file(folder + "/" + name, frost::to_json(claim).dump(2) + "\n",
                            frost::Privacy::open));
  }
  return done();
}

}  // namespace quorate::simulation
