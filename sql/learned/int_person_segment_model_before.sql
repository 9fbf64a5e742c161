-- A model lives on from night to night until another one takes its place.
select model_version, role, fitted_on, file_name, content
from previous('int_person_segment_model')
