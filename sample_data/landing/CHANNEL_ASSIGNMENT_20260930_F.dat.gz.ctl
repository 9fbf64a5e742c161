system=channel
feed=assignment
biz_date=2026-09-30
batch_seq=1
mode=F
rows=215
sha256=b7fd30cec433877a04be3e9db9408fbef05f0a2440bd8a20bbdb4c76cfbc1221
