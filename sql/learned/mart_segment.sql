-- Persons and organisations are segmented apart: what tells one from another is not the same.
select
    customer_id,
    'PERSON' as party_type,
    segment,
    segment_name,
    distance,
    segment_name_zh,
    membership,
    second_segment,
    model_version,
    challenger_segment
from int_person_segment
union all
select
    customer_id,
    'ORG' as party_type,
    segment,
    segment_name,
    distance,
    segment_name_zh,
    membership,
    second_segment,
    model_version,
    challenger_segment
from int_organisation_segment
