system=core
feed=ftp_curve
biz_date=2026-06-30
batch_seq=1
mode=F
rows=7
sha256=b98d53893df7bf082139c35775542ec135e083a04495c500a2b9c0b215d67f65
